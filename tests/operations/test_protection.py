"""What staff do about disputes, fraud warnings and reviews, and what Stripe is asked for it."""

import time
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from organizations.models import Role
from payments import timed
from payments.errors import Invalid, MayNot, NotAsThingsStand
from payments.models import (
    Activity,
    Alert,
    Dispute,
    EarlyFraudWarning,
    OutgoingRequest,
    Refund,
    Review,
)
from payments.notifications import messages
from payments.operations.protection import disputes, fraud_warnings, reviews, submissions
from payments.outgoing import keeping
from sandbox import objects
from tests.factories import MembershipFactory
from tests.operations.conftest import makes_refunds

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


@pytest.fixture
def finance(booking):
    """Somebody in finance of the booking's hotel."""
    return MembershipFactory(role=Role.FINANCE, organization=booking.organization).user


@pytest.fixture
def threatened(stripe, paid):
    """Return a function that pays, and has Stripe say something of the charge."""

    def threaten(event, make, **fields):
        payment = paid(60_000)
        named = {"charge": payment.latest_charge, "payment_intent": payment.stripe_id}
        object = make(**named, **fields)
        stripe.tells(event, object, created=object["created"])
        return object

    return threaten


@pytest.fixture
def disputed(threatened):
    """Return a function that has a guest dispute a payment; it returns Stripe's object and ours."""

    def dispute(*, due=timedelta(days=7), **fields):
        details = {
            "due_by": int(time.time() + due.total_seconds()),
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
        }
        object = threatened(
            "charge.dispute.created",
            objects.dispute,
            created=int(time.time()) - 60,
            evidence_details=details,
            amount=60_000,
            **fields,
        )
        return object, Dispute.objects.get(stripe_id=object["id"])

    return dispute


def keeps(object):
    """Answer as Stripe does about a dispute: it takes evidence, hands it in, or closes it."""

    def answer(asked):
        if asked.path == "/v1/files":
            return 200, {"id": "file_1", "object": "file", "purpose": "dispute_evidence"}
        if asked.path.endswith("/close"):
            object["status"] = "lost"
        elif asked.form.get("submit") == "True" or asked.form.get("submit") == "true":
            object["status"] = "under_review"
            object["evidence_details"] |= {"submission_count": 1, "has_evidence": True}
        for name, value in asked.form.items():
            if name.startswith("evidence["):
                object["evidence"][name[len("evidence[") : -1]] = value
        return 200, object

    return answer


def never(asked):
    raise AssertionError(f"Stripe was asked: {asked}")


# Disputes -----------------------------------------------------------------


def test_a_dispute_is_accepted_once_at_the_account_that_took_the_money(wire, disputed, finance):
    object, dispute = disputed()
    wire.answers = keeps(object)
    assert disputes.accept(dispute=dispute, by=finance).status == "lost"
    (asked,) = wire.asked
    request = OutgoingRequest.objects.get()
    assert asked.path == f"/v1/disputes/{dispute.stripe_id}/close"
    assert (asked.account, asked.key) == ("acct_harbour", str(request.pk))
    assert Activity.objects.get(kind="dispute_accepted").user == finance
    with pytest.raises(NotAsThingsStand) as refusal:
        disputes.accept(dispute=dispute, by=finance)
    assert refusal.value.code == "not_actionable"
    assert len(wire.asked) == 1


def test_a_second_click_while_stripe_is_silent_promises_nothing_more(wire, disputed, finance):
    _, dispute = disputed()
    wire.answers = lambda asked: None
    for _ in range(2):
        assert disputes.accept(dispute=dispute, by=finance).status == "needs_response"
    with pytest.raises(NotAsThingsStand) as refusal:
        submissions.submit(dispute=dispute, by=finance)
    assert refusal.value.code == "not_actionable"
    assert OutgoingRequest.objects.count() == Activity.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"due": timedelta(hours=-1)}, "deadline_passed"),
        ({"status": "under_review"}, "already_submitted"),
        ({"status": "won"}, "not_actionable"),
    ],
)
def test_what_is_too_late_is_said_and_not_asked(wire, disputed, finance, fields, code):
    wire.answers = never
    _, dispute = disputed(**fields)
    for act in (
        lambda: disputes.accept(dispute=dispute, by=finance),
        lambda: submissions.submit(dispute=dispute, by=finance),
        lambda: submissions.stage(dispute=dispute, evidence={}, by=finance),
        lambda: submissions.attach_file(
            dispute=dispute, name="receipt", file=SimpleUploadedFile("a.pdf", PDF), by=finance
        ),
    ):
        with pytest.raises(NotAsThingsStand) as refusal:
            act()
        assert refusal.value.code == code
    assert not wire.asked
    assert not OutgoingRequest.objects.exists()


def test_the_front_desk_does_not_answer_banks(wire, disputed, desk):
    _, dispute = disputed()
    for act in (disputes.accept, submissions.submit):
        with pytest.raises(MayNot):
            act(dispute=dispute, by=desk)
    assert not wire.asked


# Evidence -----------------------------------------------------------------


def test_evidence_is_staged_then_handed_in_for_good(wire, disputed, finance):
    object, dispute = disputed()
    wire.answers = keeps(object)
    told = {"uncategorized_text": "winning_evidence", "service_date": ""}
    staged = submissions.stage(dispute=dispute, evidence=told, by=finance)
    assert staged.staged_at
    assert not staged.submitted_at
    first = wire.asked[0]
    assert first.form["submit"].lower() == "false"
    assert first.form["evidence[uncategorized_text]"] == "winning_evidence"
    assert not [name for name in first.form if name.startswith("metadata")]

    handed = submissions.submit(dispute=dispute, by=finance)
    assert handed.submitted_at
    assert wire.asked[1].form["submit"].lower() == "true"
    assert {asked.account for asked in wire.asked} == {"acct_harbour"}
    assert len({asked.key for asked in wire.asked}) == 2
    assert {request.state for request in OutgoingRequest.objects.all()} == {"kept"}
    assert [request.params for request in OutgoingRequest.objects.all()] == [{}, {}]
    for act in (submissions.submit, disputes.accept):
        with pytest.raises(NotAsThingsStand) as refusal:
            act(dispute=dispute, by=finance)
        assert refusal.value.code == "already_submitted"


def test_only_what_was_written_last_is_staged(wire, disputed, finance):
    object, dispute = disputed()
    wire.answers = lambda asked: None
    for text in ("first", "second"):
        pack = submissions.stage(dispute=dispute, evidence={"uncategorized_text": text}, by=finance)
        assert pack.staged_at is None
    wire.answers = keeps(object)
    wire.asked.clear()
    keeping.keep_due(early=True)
    (asked,) = [asked for asked in wire.asked if asked.method == "POST"]
    assert asked.form["evidence[uncategorized_text]"] == "second"
    assert submissions.packs.pack(dispute).staged_at


def test_too_much_evidence_is_refused_before_stripe_is_asked(wire, disputed, finance):
    _, dispute = disputed()
    names = [n for n, (_, most) in submissions.words.TEXTS.items() if most == 20_000]
    told = dict.fromkeys(names, "x" * 20_000)
    assert sum(map(len, told.values())) > 150_000
    with pytest.raises(Invalid):
        submissions.stage(dispute=dispute, evidence=told, by=finance)
    assert not wire.asked
    assert not OutgoingRequest.objects.exists()


def test_a_file_becomes_evidence(wire, disputed, finance):
    object, dispute = disputed()
    wire.answers = keeps(object)
    file = SimpleUploadedFile("signed.pdf", PDF)
    added = submissions.attach_file(
        dispute=dispute, name="customer_signature", file=file, by=finance
    )
    assert added.stripe_file_id == "file_1"
    upload, staging = wire.asked
    assert (upload.path, upload.account) == ("/v1/files", "acct_harbour")
    assert upload.key
    assert staging.form["evidence[customer_signature]"] == "file_1"
    assert submissions.packs.pack(dispute).staged_at


def test_a_file_that_stripe_has_not_taken_yet_is_brought_later(wire, disputed, finance):
    object, dispute = disputed()
    wire.answers = lambda asked: None
    file = SimpleUploadedFile("signed.pdf", PDF)
    added = submissions.attach_file(dispute=dispute, name="receipt", file=file, by=finance)
    assert added.stripe_file_id == ""
    with pytest.raises(NotAsThingsStand, match="on its way"):
        submissions.submit(dispute=dispute, by=finance)
    wire.answers = keeps(object)
    keeping.keep_due(early=True)
    keeping.keep_due(early=True)
    assert object["evidence"]["receipt"] == "file_1"
    assert submissions.submit(dispute=dispute, by=finance).submitted_at
    assert wire.asked[-1].form["evidence[receipt]"] == "file_1"


def test_a_file_of_the_wrong_kind_never_leaves(wire, disputed, finance):
    _, dispute = disputed()
    for name, data, field in (("receipt", b"MZ\x90", "file"), ("selfie", PDF, "name")):
        file = SimpleUploadedFile("receipt.pdf", data)
        with pytest.raises(Invalid) as refusal:
            submissions.attach_file(dispute=dispute, name=name, file=file, by=finance)
        assert refusal.value.field == field
    assert not wire.asked
    assert not OutgoingRequest.objects.exists()


def test_evidence_is_handed_in_by_itself_where_the_hotel_chose_that(wire, disputed, booking):
    object, dispute = disputed(due=timedelta(hours=3))
    wire.answers = keeps(object)
    assert timed.run(timed.hand_in_evidence) == 0
    booking.organization.submits_evidence = True
    booking.organization.save()
    assert timed.run(timed.hand_in_evidence) == 1
    assert timed.run(timed.hand_in_evidence) == 0
    keeping.keep_due(early=True)
    assert timed.run(timed.hand_in_evidence) == 0
    dispute.refresh_from_db()
    assert dispute.status == "under_review"
    assert len([asked for asked in wire.asked if asked.method == "POST"]) == 1
    assert Activity.objects.get(kind="evidence_submitted").user is None
    assert "goes to the bank" in messages.sentence(Alert.objects.get(kind="evidence_handed_in"))


# Fraud warnings -----------------------------------------------------------


@pytest.fixture
def warned(threatened):
    """Return a function that has a bank warn of a payment."""

    def warn(**fields):
        object = threatened("radar.early_fraud_warning.created", objects.early_fraud_warning)
        return object, EarlyFraudWarning.objects.get(stripe_id=object["id"])

    return warn


def refunds_then(object, **shows):
    """Answer refunds, and then say of an object what that changed."""
    refunds = makes_refunds()

    def answer(asked):
        if asked.path == "/v1/refunds":
            object.update(shows)
            return refunds(asked)
        return 200, object

    return answer


def test_a_warning_is_refunded_whole_as_fraud(wire, warned, finance):
    object, warning = warned()
    wire.answers = refunds_then(object, actionable=False)
    refund = fraud_warnings.refund(warning=warning, by=finance)
    assert (refund.amount, refund.reason, refund.status) == (60_000, "fraudulent", "succeeded")
    asked = wire.asked[0]
    assert (asked.account, asked.key) == ("acct_harbour", str(refund.pk))
    assert asked.form["reason"] == "fraudulent"
    assert warning.actionable is False
    with pytest.raises(NotAsThingsStand) as refusal:
        fraud_warnings.refund(warning=warning, by=finance)
    assert refusal.value.code == "not_actionable"
    assert Refund.objects.count() == 1


def test_a_second_click_on_a_warning_is_the_same_refund(wire, warned, finance):
    _, warning = warned()
    wire.answers = lambda asked: None
    first, second = (fraud_warnings.refund(warning=warning, by=finance) for _ in range(2))
    assert (first.pk, first.status) == (second.pk, "promised")


def test_a_warning_is_never_refunded_beside_a_dispute(stripe, wire, warned, finance):
    object, warning = warned()
    wire.answers = never
    names = {"charge": object["charge"], "payment_intent": object["payment_intent"]}
    stripe.tells("charge.dispute.created", objects.dispute(**names, amount=60_000))
    with pytest.raises(NotAsThingsStand) as refusal:
        fraud_warnings.refund(warning=warning, by=finance)
    assert refusal.value.code == "in_dispute"
    assert not wire.asked


# Reviews ------------------------------------------------------------------


@pytest.fixture
def reviewed(threatened):
    """A payment that Stripe wants somebody to look at."""
    object = threatened("review.opened", objects.review)
    return object, Review.objects.get(stripe_id=object["id"])


def test_a_review_is_approved_once(wire, reviewed, finance):
    object, review = reviewed
    wire.answers = lambda asked: (
        200,
        {**object, "open": False, "reason": "approved", "closed_reason": "approved"},
    )
    assert reviews.approve(review=review, by=finance).closed
    (asked,) = wire.asked
    assert asked.path == f"/v1/reviews/{review.stripe_id}/approve"
    assert (asked.account, asked.key) == ("acct_harbour", str(OutgoingRequest.objects.get().pk))
    for act in (reviews.approve, reviews.refuse):
        with pytest.raises(NotAsThingsStand) as refusal:
            act(review=review, by=finance)
        assert refusal.value.code == "not_actionable"


def test_a_review_that_is_refused_gives_back_what_was_taken(wire, reviewed, finance):
    object, review = reviewed
    closed = {"open": False, "closed_reason": "refunded_as_fraud", "reason": "refunded_as_fraud"}
    wire.answers = refunds_then(object, **closed)
    assert reviews.refuse(review=review, by=finance).closed
    assert wire.asked[0].form["reason"] == "fraudulent"
    assert Refund.objects.get().amount == 60_000


def test_the_front_desk_does_not_decide_on_reviews(wire, reviewed, desk):
    for act in (reviews.approve, reviews.refuse):
        with pytest.raises(MayNot):
            act(review=reviewed[1], by=desk)
    assert not wire.asked


# When nobody waits any more ----------------------------------------------


def test_what_stripe_refuses_later_is_told(wire, reviewed, finance):
    _, review = reviewed
    wire.answers = lambda asked: None
    reviews.approve(review=review, by=finance)
    assert timed.run(timed.tell_of_waiting_requests) == 0
    OutgoingRequest.objects.update(created_at=timezone.now() - timedelta(hours=2))
    assert timed.run(timed.tell_of_waiting_requests) == 1
    assert timed.run(timed.tell_of_waiting_requests) == 0
    waits = Alert.objects.get(kind="request_waits")
    assert "to approve a payment" in messages.sentence(waits)

    said = {"type": "invalid_request_error", "message": "This review is not yours."}
    wire.answers = lambda asked: (400 if asked.method == "POST" else 404, {"error": said})
    keeping.keep_due(early=True)
    timed.run(timed.tell_of_waiting_requests)
    refused = Alert.objects.get(kind="request_refused")
    assert "This review is not yours." in messages.sentence(refused)
    waits.refresh_from_db()
    assert waits.closed_at


def test_what_stripe_refuses_at_once_is_only_said_to_whoever_asked(wire, reviewed, finance):
    said = {"type": "invalid_request_error", "message": "This review is not yours."}
    wire.answers = lambda asked: (400, {"error": said})
    with pytest.raises(NotAsThingsStand, match="not yours"):
        reviews.approve(review=reviewed[1], by=finance)
    assert not Alert.objects.filter(kind="request_refused").exists()
