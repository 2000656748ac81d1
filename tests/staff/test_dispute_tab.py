"""A booking's dispute: its answer is written, saved, filed, handed in, or the guest keeps it."""

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from django.utils.html import escape

from organizations.models import Role
from payments.models import Attachment, Dispute, EvidenceFile, EvidencePack, OutgoingRequest
from payments.words.evidence import FILES, TEXTS
from tests.factories import OrganizationFactory
from tests.operations.conftest import far, finance, paid  # noqa: F401
from tests.operations.test_protection import disputed, keeps, never, threatened  # noqa: F401
from tests.staff.conftest import somebody

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
MARK = re.compile(r'name="(mark-[a-z_]+|key)" value="([^"]*)"')


@pytest.fixture
def case(wire, disputed):  # noqa: F811
    """A dispute of fraud that waits for the hotel, and Stripe that takes whatever comes."""
    object, dispute = disputed(reason="fraudulent")
    wire.answers = keeps(object)
    return dispute


def page_of(client, dispute):
    answer = client.get(f"/bookings/{dispute.reservation_id}/", {"tab": "dispute"})
    assert answer.status_code == 200
    return answer.content.decode()


def address(dispute, what="evidence"):
    return f"/desks/disputes/{dispute.pk}/{what}/"


def form_of(client, dispute):
    """Return what a browser would send of the page as it was opened."""
    page = page_of(client, dispute)
    answer = client.get(address(dispute)).context["answer"]
    fields = dict(MARK.findall(page)) | {
        each.name: each.text for each in (*answer.helps, *answer.rest)
    }
    assert set(TEXTS) < set(fields)
    return fields


def save(client, dispute, sent=None, **changed):
    return client.post(address(dispute), (sent or form_of(client, dispute)) | changed)


def decide(client, dispute, what, key=None):
    """Open a dialog and press its button."""
    key = key or re.findall(
        r'name="key" value="([^"]*)"', client.get(address(dispute, what)).content.decode()
    ).pop(0)
    return client.post(address(dispute, what), {"key": key}, follow=True)


def said(answer):
    return [str(each) for each in answer.context["messages"]]


def field(answer, name):
    shown = answer.context["answer"]
    return next(each for each in (*shown.helps, *shown.rest) if each.name == name)


# Looked at ---------------------------------------------------------------


def test_every_name_has_a_field_those_that_help_first(manager, case):
    page = page_of(manager, case)

    first, _, folded = page.partition("<summary>More that can be told")
    for name, (label, _) in TEXTS.items():
        assert f'<label for="e-{name}">{escape(label)}</label>' in page
    for name, label in FILES.items():
        assert f'<option value="{name}">{label}</option>' in page
    assert first.index("What happened, and when") < first.index("What was booked")
    assert "Anything else</label>" in first
    assert "Tracking number" in folded
    assert "Tracking number" not in first
    assert "Still missing" in page
    assert "of 150,000 characters" in page
    assert "7 days left" in page
    assert page.count("What helps:") == 1


def test_only_one_of_several_can_be_written_at_once(manager, case, disputed):  # noqa: F811
    _, later = disputed(id="dp_later", due=timedelta(days=9))
    Dispute.objects.create(
        stripe_id="dp_over", account=case.account, livemode=case.livemode, seen=True,
        organization=case.organization, property=case.property, reservation=case.reservation,
        payment=case.payment, charge=case.charge, status="won", amount=1, currency="eur",
    )  # fmt: skip

    page = page_of(manager, case)

    assert page.count("Submit evidence</button>") == page.count('id="e-customer_name"') == 1
    assert f'action="{address(case)}"' in page
    assert f'href="{address(later)}"' in page
    assert "dp_over" in page
    assert "Submit evidence</button>" in manager.get(address(later)).content.decode()


def test_the_page_asks_little(manager, case, booking, disputed, django_assert_max_num_queries):  # noqa: F811
    today = timezone.localdate()
    booking.arrival, booking.departure = today - timedelta(days=9), today - timedelta(days=5)
    booking.save()
    for number in range(4):
        disputed(id=f"dp_{number}")
    with django_assert_max_num_queries(20):
        page_of(manager, case)


# Saved -------------------------------------------------------------------


def test_what_is_written_is_staged_and_nothing_else_is_frozen(wire, manager, case):
    answer = save(manager, case, uncategorized_text=" They came,\r\nand stayed. ")

    assert answer.url == f"/bookings/{case.reservation_id}/?tab=dispute"
    (asked,) = wire.asked
    assert asked.path == f"/v1/disputes/{case.stripe_id}"
    assert asked.form["submit"] == "false"
    assert asked.form["evidence[uncategorized_text]"] == "They came,\nand stayed."
    assert EvidencePack.objects.get().draft == {"uncategorized_text": "They came,\nand stayed."}
    page = manager.get(answer.url).content.decode()
    assert "Saved. The bank sees nothing of it until you submit it." in page
    assert "They came,\nand stayed.</textarea>" in page
    assert "Saved at Stripe" in page


def test_what_was_composed_is_staged_as_it_is(wire, manager, case):
    assert save(manager, case).status_code == 302
    assert wire.asked[0].form["evidence[customer_name]"] == case.reservation.guest.name
    assert EvidencePack.objects.get().draft == {}
    assert EvidencePack.objects.get().staged_at


def test_a_script_gets_the_answer_in_place(manager, case):
    answer = manager.post(
        address(case),
        form_of(manager, case) | {"customer_name": "Ana"},
        headers={"HX-Request": "1"},
    )

    assert answer.status_code == 200
    assert '<p class="done" role="status">' in answer.content.decode()
    assert field(answer, "customer_name").text == "Ana"
    assert said(manager.get("/bookings/")) == []


def test_while_stripe_is_silent_it_is_saved_here(wire, manager, case):
    wire.answers = lambda asked: None

    answer = manager.get(save(manager, case, customer_name="Ana").url)

    assert said(answer) == [
        "Saved. It is on its way to Stripe; the bank sees nothing until you submit it."
    ]
    assert field(answer, "customer_name").text == "Ana"


def test_what_stripe_refuses_is_said_and_kept(wire, manager, case):
    wire.answers = lambda asked: (
        400,
        {"error": {"type": "invalid_request_error", "message": "No"}},
    )

    answer = save(manager, case, customer_name="Ana")

    assert answer.status_code == 409
    assert "Stripe refused: No." in answer.content.decode()
    assert field(answer, "customer_name").text == "Ana"


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("customer_name", "x" * 501, "at most 500 characters, and there are 501"),
        ("shipping_carrier", "x" * 501, "at most 500 characters, and there are 501"),
        ("uncategorized_text", "x" * 20_001, "at most 20,000 characters, and there are 20,001"),
        ("uncategorized_text", "a\x00b", "this is no text"),
    ],
)
def test_a_refusal_stands_beside_its_field_and_keeps_what_was_typed(
    name, text, why, wire, manager, case
):
    answer = save(manager, case, **{name: text, "service_date": "In December"})

    assert answer.status_code == 422
    assert why in field(answer, name).wrong
    page = answer.content.decode()
    assert f'aria-describedby="w-{name}"' in page
    assert field(answer, name).text == text
    assert field(answer, "service_date").text == "In December"
    assert ("<details open" in page) is (name == "shipping_carrier")
    assert not wire.asked
    assert not EvidencePack.objects.exists()


def test_all_texts_together_have_a_limit(wire, manager, case):
    long = [name for name, (_, most) in TEXTS.items() if most == 20_000]
    answer = save(manager, case, **dict.fromkeys(long, "x" * 20_000))

    assert answer.status_code == 422
    assert "All texts together may have 150,000 characters." in answer.content.decode()
    assert field(answer, long[0]).text == "x" * 20_000
    assert not wire.asked
    assert not EvidencePack.objects.exists()


@pytest.mark.parametrize(
    "text", ["</textarea><script>alert(1)</script>", "{{ 7|add:7 }}", '"><img src=x>', "\u202egnp"]
)
def test_what_is_written_is_text(text, manager, case):
    save(manager, case, uncategorized_text=text, customer_name=text)

    for client in (manager, somebody(Role.READ_ONLY)):
        page = page_of(client, case)
        assert "<script>alert" not in page
        assert "<img src=x" not in page
    assert field(manager.get(address(case)), "uncategorized_text").text == text


def test_what_two_people_write_in_different_fields_stands(manager, case):
    first, second = form_of(manager, case), form_of(somebody(Role.FINANCE), case)

    save(manager, case, first, customer_name="Ana Sousa")
    assert save(somebody(Role.OWNER), case, second, service_date="December").status_code == 302

    assert EvidencePack.objects.get().draft == {
        "customer_name": "Ana Sousa",
        "service_date": "December",
    }


def test_what_somebody_else_wrote_meanwhile_is_not_written_over_unseen(manager, case):
    other = somebody(Role.FINANCE)
    opened = form_of(other, case)
    save(manager, case, uncategorized_text="What the manager knows.")

    answer = save(other, case, opened, uncategorized_text="What finance knows.")

    assert answer.status_code == 422
    shown = field(answer, "uncategorized_text")
    assert "changed since you opened it" in shown.wrong
    assert (shown.text, shown.now) == ("What finance knows.", "What the manager knows.")
    again = dict(MARK.findall(answer.content.decode()))
    assert save(other, case, opened | again, uncategorized_text=shown.text).status_code == 302
    assert EvidencePack.objects.get().draft == {"uncategorized_text": "What finance knows."}


def test_a_second_click_on_save_is_no_change(wire, manager, case):
    sent = form_of(manager, case) | {"uncategorized_text": "Once."}

    assert [save(manager, case, sent).status_code for _ in range(2)] == [302, 302]
    assert len(wire.asked) == 1


def test_a_form_that_says_nothing_changes_nothing(wire, manager, case):
    assert manager.post(address(case), {"uncategorized_text": "x"}).status_code == 422
    assert not wire.asked


# Files -------------------------------------------------------------------


def attach(client, dispute, name="customer_signature", file=PDF, called="signed.pdf", **also):
    upload = {"file": SimpleUploadedFile(called, file)} if file is not None else {}
    return save(client, dispute, name=name, then="file", **upload, **also)


def test_a_file_is_added_with_what_was_written_beside_it(wire, manager, case):
    answer = manager.get(attach(manager, case, uncategorized_text="See the file.").url)

    assert said(answer) == ["The registration they signed was added."]
    page = answer.content.decode()
    kept = EvidenceFile.objects.get()
    assert f'<a href="/attachments/{kept.attachment.pk}/"><bdi>signed.pdf</bdi></a>' in page
    assert "bytes" in page
    assert field(answer, "uncategorized_text").text == "See the file."
    assert "evidence[customer_signature]" in wire.asked[-1].form


def test_a_file_sent_twice_is_added_once(manager, case):
    sent = form_of(manager, case)
    for _ in range(2):
        file = SimpleUploadedFile("signed.pdf", PDF)
        answer = save(manager, case, sent, name="receipt", then="file", file=file)
        assert answer.status_code == 302
    assert Attachment.objects.count() == EvidenceFile.objects.count() == 1


@pytest.mark.parametrize(
    ("sent", "why"),
    [
        ({"file": b"MZ\x90", "called": "bill.pdf"}, "This is no PDF, JPEG or PNG"),
        ({"file": b""}, "This file is empty."),
        ({"file": b"%PDF-" + b"x" * 5_300_000}, "larger than 5 MB"),
        ({"file": None}, "Choose a file first."),
        ({"name": ""}, "Say what the file shows."),
        ({"name": "customer_name"}, "There is no file of that name"),
    ],
)
def test_a_file_that_is_refused_is_refused_beside_it(sent, why, wire, manager, case):
    answer = attach(manager, case, **sent)

    assert answer.status_code == 422
    assert why in answer.content.decode()
    assert 'aria-invalid="true"' in answer.content.decode()
    assert not EvidenceFile.objects.exists()
    assert not wire.asked


def test_a_file_chosen_and_not_added_is_not_forgotten(manager, case):
    file = SimpleUploadedFile("signed.pdf", PDF)
    save(manager, case, name="receipt", file=file)
    assert EvidenceFile.objects.get().name == "receipt"


# Decided -----------------------------------------------------------------


def test_what_is_typed_is_saved_before_it_is_asked_once_more(wire, manager, case):
    answer = save(manager, case, then="submit", uncategorized_text="They came.")

    page = answer.content.decode()
    assert '<dialog open class="ask sheet"' in page
    assert "it is final" in page
    assert "Still missing:" in page
    assert [asked.form["submit"] for asked in wire.asked] == ["false"]
    answer = decide(manager, case, "submit")
    assert said(answer) == ["The evidence is handed in. The bank reads it now."]
    assert [asked.form["submit"] for asked in wire.asked] == ["false", "true"]
    assert wire.asked[-1].form["evidence[uncategorized_text]"] == "They came."


def test_what_was_handed_in_is_read_as_it_was(manager, case, booking):
    save(manager, case, uncategorized_text="They came.")
    decide(manager, case, "submit")
    name = booking.guest.name
    booking.guest.name = "Somebody Else"
    booking.guest.save()

    page = page_of(manager, case)

    assert "What was handed in" in page
    assert "They came." in page
    assert f"<dd><bdi>{name}</bdi></dd>" in page
    for button in ("Save", "Add file", "Submit evidence", "Accept dispute"):
        assert f"{button}</button>" not in page


@pytest.mark.parametrize("what", ["submit", "accept"])
def test_a_double_click_decides_once(what, wire, manager, case):
    key = "00000000-0000-4000-8000-000000000001"
    answers = [decide(manager, case, what, key) for _ in range(2)]

    assert said(answers[0]) == said(answers[1])
    assert len(wire.asked) == OutgoingRequest.objects.count() == 1
    assert answers[0].redirect_chain[-1][0] == f"/bookings/{case.reservation_id}/?tab=dispute"


def test_a_dispute_is_accepted_after_a_question(wire, manager, case):
    page = manager.get(address(case, "accept")).content.decode()
    assert "The guest keeps €600.00, and it is final" in page
    assert not wire.asked

    answer = decide(manager, case, "accept")

    assert said(answer) == ["The dispute is accepted: the guest keeps the money."]
    assert wire.asked[0].path == f"/v1/disputes/{case.stripe_id}/close"
    assert "Save</button>" not in answer.content.decode()


def test_the_sum_that_is_given_up_is_what_the_guest_paid(manager, case):
    Dispute.objects.update(amount=66_000, currency="usd")

    page = manager.get(address(case, "accept")).content.decode()

    assert "The guest keeps €600.00, and it is final" in page
    assert "660" not in page


def test_while_stripe_is_silent_nothing_can_be_changed_any_more(wire, manager, case):
    wire.answers = lambda asked: None
    answer = decide(manager, case, "submit")

    assert said(answer) == ["The evidence is on its way to Stripe."]
    page = answer.content.decode()
    assert "The evidence is being handed in right now." in page
    assert "Save</button>" not in page
    assert case.reservation.guest.name in page
    for what in ("evidence", "accept"):
        key = {"key": "00000000-0000-4000-8000-000000000002"}
        assert manager.post(address(case, what), key).status_code == 409


# Too late, and not theirs ------------------------------------------------


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"evidence_due_by": timezone.now() - timedelta(hours=1)}, "deadline for evidence has pa"),
        ({"status": "under_review"}, "The evidence has been handed in."),
        ({"status": "lost"}, "This dispute is over: the bank has decided."),
    ],
)
def test_what_is_too_late_is_read_and_refused(changed, words, wire, manager, case):
    sent = form_of(manager, case)
    wire.answers = never
    Dispute.objects.update(**changed)

    page = page_of(manager, case)

    assert words in page
    assert "Nothing was handed in from here." in page
    for button in ("Save", "Add file", "Submit evidence", "Accept dispute"):
        assert f"{button}</button>" not in page
    for what in ("evidence", "submit", "accept"):
        answer = manager.post(address(case, what), sent)
        assert answer.status_code == 409
        assert words in answer.content.decode()
    assert not OutgoingRequest.objects.exists()


@pytest.mark.parametrize("role", [Role.FRONT_DESK, Role.READ_ONLY])
def test_who_may_not_reads_it(role, wire, manager, case):
    sent = form_of(manager, case)
    client = somebody(role)

    page = page_of(client, case)

    assert "Your role does not let you act on disputes" in page
    assert case.reservation.guest.name in page
    for button in ("Save", "Add file", "Submit evidence", "Accept dispute"):
        assert f"{button}</button>" not in page
    for what in ("evidence", "submit", "accept"):
        answer = client.post(address(case, what), sent)
        assert answer.status_code == 403
        assert "Owners, managers and finance may." in answer.content.decode()
    assert not wire.asked


def test_another_tenants_dispute_is_not_there(wire, manager, case):
    sent = form_of(manager, case)
    stranger = somebody(organization=OrganizationFactory(slug="asagiri"))
    for what in ("evidence", "submit", "accept"):
        for client, status in ((stranger, 404), (Client(), 302)):
            assert client.get(address(case, what)).status_code == status
            assert client.post(address(case, what), sent).status_code == status
    assert not wire.asked


def test_a_dispute_without_a_booking_is_answered_on_a_page_of_its_own(wire, manager, case):
    wire.answers = lambda asked: None
    Dispute.objects.update(reservation=None)
    case.payment.reservation = None
    case.payment.save()
    page = manager.get(address(case)).content.decode()
    assert "Attach the payment to its booking first" in page
    sent = dict(MARK.findall(page)) | {"uncategorized_text": "They came."}

    answer = manager.post(address(case), sent, follow=True)

    assert answer.redirect_chain[-1][0] == address(case)
    assert "They came." in answer.content.decode()
