"""A dispute's evidence: composed from the stay, edited by staff, and never after its time."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from organizations.models import Role
from payments.errors import Invalid, MayNot
from payments.hotel import Step, Story
from payments.models import Activity, Dispute, EvidencePack
from payments.operations.protection import evidence
from payments.words import evidence as words
from payments.words.protection import REASONS
from sandbox.objects.protection import EVIDENCE
from sandbox.scenarios import SCENARIOS
from tests.conftest import stay_of
from tests.factories import MembershipFactory, OrganizationFactory, ReservationFactory

PDF = b"%PDF-1.7\ntrailer<<>>\n%%EOF\n"


@pytest.fixture
def dispute(stripe, booking):
    """A dispute that waits for the hotel, about a stay that was given."""
    booking.room, booking.rate_name = "204", "Standard"
    booking.cancellation_policy = [{"days_before": 3, "refund_percent": 50}]
    booking.policy_accepted_at = datetime(2026, 10, 1, 9, tzinfo=UTC)
    booking.checked_in_at = datetime(2096, 12, 5, 15, 4, tzinfo=UTC)
    booking.save()
    stripe.sends(SCENARIOS["dispute_due_tomorrow"].events(stay_of(booking)))
    found = Dispute.objects.get()
    Dispute.objects.update(evidence_due_by=timezone.now() + timedelta(days=1))
    found.refresh_from_db()
    assert found.needs_response
    return found


def edit(dispute, by, **texts):
    return evidence.edit(dispute=dispute, evidence=texts, by=by)


# Composed ----------------------------------------------------------------


def test_it_tells_the_stay_as_the_hotel_knows_it(dispute, booking):
    ReservationFactory(
        property=booking.property,
        guest=booking.guest,
        arrival=date(2095, 1, 3),
        departure=date(2095, 1, 5),
        status="checked_out",
    )
    told = evidence.composed(dispute)

    assert told["customer_name"] == booking.guest.name
    assert told["customer_email_address"] == booking.guest.email
    assert told["service_date"] == "2096-12-05 to 2096-12-09"
    for text in ("4 nights", "room 204", booking.code, "€1,200.00", "Rate: Standard."):
        assert text in told["product_description"]
    assert "accepted this policy on 1 October 2026, 10:00 WEST" in told["refund_policy_disclosure"]
    assert "3 days before arrival: 50 %" in told["cancellation_policy_disclosure"]
    assert "checked in on 5 December 2096, 15:04" in told["cancellation_rebuttal"]
    log = told["access_activity_log"].splitlines()
    assert log[0].startswith("1 October 2026")
    assert log[-2].endswith("The guest checked in.")
    assert log[-1].endswith("stayed with us before: 3 January 2095 to 5 January 2095.")


def test_stays_of_others_are_nobodys_earlier_stays(dispute, booking):
    other = ReservationFactory(
        property__organization=OrganizationFactory(slug="asagiri"),
        arrival=date(2095, 1, 3),
        departure=date(2095, 1, 5),
        status="checked_out",
        guest__email=booking.guest.email,
    )

    assert "before" not in evidence.composed(dispute)["access_activity_log"]
    assert other.guest.email == booking.guest.email


def test_what_would_help_and_is_not_there_is_said(dispute, booking):
    said = evidence.pack(dispute).missing
    wanted = [name for name in words.matters(dispute.reason) if name in words.FILES]
    assert wanted
    assert {words.FILES[name] for name in wanted} <= {*said}

    booking.checked_in_at = None
    booking.save()
    assert "When the guest checked in" in evidence.pack(dispute).missing
    Dispute.objects.update(reservation=None)
    dispute.refresh_from_db()
    assert evidence.pack(dispute).missing[0] == "The booking that the payment is for"


def test_every_name_is_stripes_and_every_one_of_stripes_has_words():
    assert {*words.TEXTS, *words.FILES} == {*EVIDENCE.split()}
    for reason in [*REASONS, "some_day", ""]:
        assert {*words.matters(reason)} <= {*words.TEXTS, *words.FILES}


# Edited ------------------------------------------------------------------


def test_staff_write_over_what_was_composed_and_may_leave_out(dispute, manager):
    before = evidence.pack(dispute)
    after = edit(dispute, manager, customer_name="  Ana Sousa ", service_date="")

    assert after.evidence["customer_name"] == "Ana Sousa"
    assert "service_date" not in after.evidence
    kept = {"customer_name", "service_date"}
    assert {k: v for k, v in after.evidence.items() if k not in kept} == {
        k: v for k, v in before.evidence.items() if k not in kept
    }
    assert after.characters == sum(len(text) for text in after.evidence.values())
    assert edit(dispute, manager, uncategorized_text="More.").evidence["customer_name"]
    assert Activity.objects.filter(kind="evidence_edited", user=manager).count() == 2
    assert EvidencePack.objects.get().edited_by == manager


def test_what_was_staged_before_an_edit_is_to_be_staged_again(dispute, manager):
    edit(dispute, manager, uncategorized_text="One.")
    EvidencePack.objects.update(staged_at=timezone.now())

    assert evidence.pack(dispute).staged_at
    assert edit(dispute, manager, uncategorized_text="Two.").staged_at is None


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("gift", "x"),
        ("receipt", "x"),
        ("", "x"),
        ("customer_name", "x" * 501),
        ("uncategorized_text", "x" * 20_001),
        ("uncategorized_text", 5),
        ("uncategorized_text", None),
        ("uncategorized_text", ["x"]),
        ("uncategorized_text", "a\x00b"),
        ("uncategorized_text", "\ud800"),
    ],
)
def test_what_cannot_be_evidence_is_refused_by_its_name(name, text, dispute, manager):
    with pytest.raises(Invalid) as refusal:
        evidence.edit(dispute=dispute, evidence={"service_date": "x", name: text}, by=manager)
    assert refusal.value.field == name
    assert not EvidencePack.objects.filter(draft__has_key="service_date").exists()


def test_all_texts_together_have_a_limit(dispute, manager):
    long = [name for name, (_, most) in words.TEXTS.items() if most == words.LONG]
    every = dict.fromkeys(long, "x" * words.LONG)

    with pytest.raises(Invalid, match="150,000") as refusal:
        evidence.edit(dispute=dispute, evidence=every, by=manager)
    assert refusal.value.field == "evidence"
    assert not EvidencePack.objects.exists()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"evidence_due_by": timezone.now() - timedelta(seconds=1)}, "deadline_passed"),
        ({"status": "under_review"}, "already_submitted"),
        ({"status": "won"}, "not_actionable"),
        ({"status": "lost"}, "not_actionable"),
    ],
)
def test_after_its_time_nothing_is_changed(change, code, dispute, manager):
    Dispute.objects.update(**change)
    dispute.refresh_from_db()

    for ask in (
        lambda: edit(dispute, manager, customer_name="x"),
        lambda: evidence.add_file(dispute=dispute, name="receipt", file=pdf(), by=manager),
    ):
        with pytest.raises(evidence.NotAsThingsStand) as refusal:
            ask()
        assert refusal.value.code == code
    assert not EvidencePack.objects.exists()
    assert not Activity.objects.exists()


def test_what_was_handed_in_is_not_changed(dispute, manager):
    edit(dispute, manager, uncategorized_text="One.")
    EvidencePack.objects.update(submitted_at=timezone.now())

    with pytest.raises(evidence.AlreadySubmitted):
        edit(dispute, manager, uncategorized_text="Two.")
    assert evidence.pack(dispute).evidence["uncategorized_text"] == "One."


def test_an_appeal_is_answered_once_more(dispute, manager):
    edit(dispute, manager, uncategorized_text="One.")
    EvidencePack.objects.update(submitted_at=timezone.now())
    Dispute.objects.update(status="appeal_needs_response")
    dispute.refresh_from_db()

    assert (
        edit(dispute, manager, uncategorized_text="Two.").evidence["uncategorized_text"] == "Two."
    )


def test_who_may_write_it(dispute, booking):
    for role in Role:
        user = MembershipFactory(role=role, organization=booking.organization).user
        if role in (Role.OWNER, Role.MANAGER, Role.FINANCE):
            assert edit(dispute, user, customer_name=role).evidence["customer_name"] == role
        else:
            with pytest.raises(MayNot):
                edit(dispute, user, customer_name=role)
    with pytest.raises(MayNot):
        edit(dispute, MembershipFactory(organization__slug="asagiri").user, customer_name="x")


# Files -------------------------------------------------------------------


def pdf(size=1_000):
    return SimpleUploadedFile("registration.pdf", PDF[:-6] + b" " * (size - len(PDF)) + PDF[-6:])


def add_file(dispute, by, name="customer_signature", file=None):
    return evidence.add_file(dispute=dispute, name=name, file=file or pdf(), by=by)


def test_a_file_takes_the_place_of_the_one_before(dispute, manager):
    first, second = add_file(dispute, manager), add_file(dispute, manager)

    found = evidence.pack(dispute)
    assert found.files == {"customer_signature": second}
    assert first.pk != second.pk
    assert "The registration they signed" not in found.missing


def test_files_have_names_of_stripes_and_a_size_together(dispute, manager):
    for name in ("gift", "customer_name", ""):
        with pytest.raises(Invalid) as refusal:
            add_file(dispute, manager, name=name)
        assert refusal.value.field == "name"
    add_file(dispute, manager, file=pdf(3_000_000))
    with pytest.raises(Invalid, match=r"4\.5 MB") as refusal:
        add_file(dispute, manager, name="receipt", file=pdf(2_000_000))
    assert refusal.value.field == "file"
    assert [*evidence.pack(dispute).files] == ["customer_signature"]
    assert add_file(dispute, manager, file=pdf(4_000_000))  # in its own place


# Whatever the stay -------------------------------------------------------

texts = st.text(st.characters(codec="utf-8"), max_size=300)
moments = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
maybe = st.none() | moments
stories = st.builds(
    Story,
    code=texts,
    guest=texts,
    email=texts,
    house=texts,
    organization=texts,
    timezone=st.sampled_from(["Europe/Lisbon", "Asia/Tokyo", "nowhere"]),
    arrival=st.dates(date(2020, 1, 1), date(2025, 1, 1)),
    departure=st.dates(date(2025, 1, 1), date(2030, 1, 1)),
    status=st.sampled_from(["confirmed", "checked_in", "checked_out", "canceled", "no_show"]),
    room=texts,
    rate_name=texts,
    policy_accepted_at=maybe,
    checked_in_at=maybe,
    checked_out_at=maybe,
    currency=st.sampled_from(["eur", "jpy", "kwd"]),
    total=st.integers(0, 2**63 - 1),
    policy=st.lists(
        st.builds(Step, days_before=st.integers(0, 30), refund_percent=st.integers(0, 100))
    ).map(tuple),
)
cases = st.builds(
    words.Case,
    reason=st.sampled_from([*REASONS, "some_day", ""]),
    currency=st.sampled_from(["eur", "jpy", "kwd"]),
    paid=st.integers(0, 2**63 - 1),
    paid_at=maybe,
    method=texts,
    story=st.none() | stories,
    refunds=st.lists(st.tuples(st.integers(0, 10**9), maybe), max_size=400).map(tuple),
    mails=st.lists(st.tuples(texts, moments), max_size=100).map(tuple),
    receipt_url=texts,
    others=st.lists(st.tuples(texts, texts, st.integers(0, 10**9)), max_size=100).map(tuple),
)


@given(cases)
def test_whatever_is_known_fits_what_stripe_takes(case):
    told = words.compose(case)

    assert all(0 < len(text) <= words.TEXTS[name][1] for name, text in told.items())
    assert words.characters(told) <= words.MOST_CHARACTERS
    assert all(said for said in words.missing(case, told, []))
