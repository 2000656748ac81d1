"""The official SDK through the rest: cards on file, disputes, reviews, accounts, money."""

import io

import pytest
import stripe

from sandbox.engine.protection import LONG
from tests.sandbox.test_sandbox_delivery import CARD, HARBOUR, control, until

CONTROLLER = {
    "fees": {"payer": "account"},
    "losses": {"payments": "stripe"},
    "requirement_collection": "stripe",
    "stripe_dashboard": {"type": "full"},
}
PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)


def pay(client, card, **fields):
    """Take a payment with a test card."""
    return client.v1.payment_intents.create(CARD | {"payment_method": card, **fields}, HARBOUR)


def types(client, *wanted):
    """Return the types of what happened, the oldest first."""
    listed = client.v1.events.list({"limit": 100, "types": list(wanted)}, HARBOUR).data
    return [event.type for event in reversed(listed)]


# Cards on file -----------------------------------------------------------


def test_a_card_comes_on_file_pays_without_the_guest_and_goes(client):
    guest = client.v1.customers.create({"name": "A Guest", "email": "a@example.com"}, HARBOUR)
    setup = client.v1.setup_intents.create(
        {"customer": guest.id, "payment_method": "pm_card_visa", "confirm": True}, HARBOUR
    )
    card = setup.payment_method
    client.v1.customers.update(
        guest.id, {"invoice_settings": {"default_payment_method": card}}, HARBOUR
    )

    paid = pay(client, card, customer=guest.id, off_session=True)
    listed = client.v1.customers.payment_methods.list(guest.id, {"type": "card"}, HARBOUR)

    assert (setup.status, paid.status) == ("succeeded", "succeeded")
    assert [each.id for each in listed.data] == [card]
    client.v1.payment_methods.detach(card, {}, HARBOUR)
    assert client.v1.payment_methods.list({"customer": guest.id}, HARBOUR).data == []
    after = client.v1.customers.retrieve(guest.id, {}, HARBOUR)
    assert after.invoice_settings.default_payment_method is None
    with pytest.raises(stripe.InvalidRequestError, match="may not be used again"):
        pay(client, card)


def test_of_a_deleted_customer_it_is_told_that_they_were_deleted(client):
    guest = client.v1.customers.create({}, HARBOUR)
    client.v1.customers.delete(guest.id, {}, HARBOUR)

    gone = client.v1.customers.retrieve(guest.id, {}, HARBOUR)

    assert gone.to_dict() == {"id": guest.id, "object": "customer", "deleted": True}
    assert client.v1.customers.list({}, HARBOUR).data == []
    with pytest.raises(stripe.InvalidRequestError, match="No such customer"):
        client.v1.customers.update(guest.id, {"name": "A Guest"}, HARBOUR)


@pytest.mark.parametrize(
    ("wrong", "code", "param"),
    [
        ({"exp_month": 13}, "invalid_expiry_month", "exp_month"),
        ({"exp_year": 2019}, "invalid_expiry_year", "exp_year"),
        ({"cvc": "99"}, "invalid_cvc", "cvc"),
        ({"number": "4242424242424243"}, "incorrect_number", "number"),
    ],
)
def test_what_is_wrong_with_a_card_is_said(client, wrong, code, param):
    card = {"number": "4242424242424242", "exp_month": 12, "exp_year": 2034, "cvc": "123"}

    with pytest.raises(stripe.CardError) as refused:
        client.v1.payment_methods.create({"type": "card", "card": card | wrong}, HARBOUR)

    assert (refused.value.code, refused.value.param) == (code, param)


def test_a_card_is_kept_when_a_payment_says_so(client):
    guest = client.v1.customers.create({}, HARBOUR)

    paid = pay(client, "pm_card_visa", customer=guest.id, setup_future_usage="off_session")

    [kept] = client.v1.payment_methods.list({"customer": guest.id}, HARBOUR).data
    assert kept.id == paid.payment_method
    other = client.v1.customers.create({}, HARBOUR)
    with pytest.raises(stripe.InvalidRequestError, match="does not have a payment method"):
        pay(client, kept.id, customer=other.id)


def test_a_card_that_declines_comes_on_nobodys_file(client):
    guest = client.v1.customers.create({}, HARBOUR)

    with pytest.raises(stripe.CardError):
        client.v1.payment_methods.attach(
            "pm_card_visa_chargeDeclined", {"customer": guest.id}, HARBOUR
        )
    with pytest.raises(stripe.CardError) as declined:
        client.v1.setup_intents.create(
            {"customer": guest.id, "payment_method": "pm_card_chargeDeclined", "confirm": True},
            HARBOUR,
        )

    assert declined.value.json_body["error"]["setup_intent"]["status"] == "requires_payment_method"
    client.v1.payment_methods.attach("pm_card_chargeCustomerFail", {"customer": guest.id}, HARBOUR)


@pytest.mark.parametrize(("outcome", "status"), [("complete", "succeeded"), ("fail", "declined")])
def test_the_guest_answers_their_bank(sandbox, client, outcome, status):
    asked = pay(client, "pm_card_authenticationRequired", return_url="https://hotel.example/")

    control(sandbox, "authenticate", intent=asked.id, outcome=outcome)

    after = client.v1.payment_intents.retrieve(asked.id, {}, HARBOUR)
    if status == "succeeded":
        assert after.status == "succeeded"
    else:
        assert after.status == "requires_payment_method"
        assert after.last_payment_error.code == "payment_intent_authentication_failure"


def test_a_card_that_was_set_up_pays_while_the_guest_is_away(sandbox, client):
    guest = client.v1.customers.create({}, HARBOUR)
    setup = client.v1.setup_intents.create(
        {
            "customer": guest.id,
            "payment_method": "pm_card_authenticationRequiredOnSetup",
            "confirm": True,
        },
        HARBOUR,
    )
    assert setup.status == "requires_action"
    control(sandbox, "authenticate", intent=setup.id)

    paid = pay(client, setup.payment_method, customer=guest.id, off_session=True)

    assert paid.status == "succeeded"


def test_a_setup_is_canceled(client):
    setup = client.v1.setup_intents.create({"usage": "off_session"}, HARBOUR)

    canceled = client.v1.setup_intents.cancel(
        setup.id, {"cancellation_reason": "abandoned"}, HARBOUR
    )

    assert canceled.status == "canceled"
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.setup_intents.confirm(setup.id, {"payment_method": "pm_card_visa"}, HARBOUR)
    assert refused.value.code == "setup_intent_unexpected_state"


# What banks do -----------------------------------------------------------


def disputed(client, card="pm_card_createDispute"):
    """Return the dispute that follows a payment with a card that is for it."""
    paid = pay(client, card)

    def found():
        return bool(client.v1.disputes.list({"payment_intent": paid.id}, HARBOUR).data)

    assert until(found)
    return client.v1.disputes.list({"payment_intent": paid.id}, HARBOUR).data[0]


def test_a_hold_is_disputed_once_its_money_was_taken(sandbox, client):
    held = pay(client, "pm_card_createDispute", capture_method="manual")
    control(sandbox, "advance", seconds=5)
    assert not client.v1.disputes.list({"payment_intent": held.id}, HARBOUR).data

    client.v1.payment_intents.capture(held.id, {"amount_to_capture": 2_000}, HARBOUR)
    control(sandbox, "advance", seconds=5)

    [dispute] = client.v1.disputes.list({"payment_intent": held.id}, HARBOUR).data
    assert dispute.amount == 2_000


def test_a_bank_that_comes_too_late_does_not_stop_the_clock(sandbox, client):
    late = disputed(client)
    evidence = {"evidence": {"uncategorized_text": "winning_evidence"}, "submit": True}
    client.v1.disputes.update(late.id, evidence, HARBOUR)
    control(sandbox, "decide", dispute=late.id, verdict="lose")

    control(sandbox, "advance", seconds=5)

    assert client.v1.disputes.retrieve(late.id, {}, HARBOUR).status == "lost"
    assert disputed(client)


@pytest.mark.parametrize(
    ("text", "status", "moves"),
    [("winning_evidence", "won", [-5_000, 5_000]), ("losing_evidence", "lost", [-5_000])],
)
def test_evidence_is_staged_handed_in_and_decides(client, text, status, moves):
    dispute = disputed(client)
    assert dispute.status == "needs_response"
    proof = client.v1.files.create(
        {"purpose": "dispute_evidence", "file": io.BytesIO(PNG)}, HARBOUR
    )
    evidence = {"uncategorized_text": text, "receipt": proof.id}

    staged = client.v1.disputes.update(dispute.id, {"evidence": evidence, "submit": False}, HARBOUR)
    assert (staged.status, staged.evidence_details.has_evidence) == ("needs_response", True)
    sent = client.v1.disputes.update(dispute.id, {"submit": True}, HARBOUR)
    assert (sent.status, sent.evidence_details.submission_count) == ("under_review", 1)

    def now():
        return client.v1.disputes.retrieve(dispute.id, {}, HARBOUR)

    assert until(lambda: now().status, status) == status
    assert [each.amount for each in now().balance_transactions] == moves
    with pytest.raises(stripe.InvalidRequestError, match="can no longer be changed"):
        client.v1.disputes.update(dispute.id, {"evidence": {"customer_name": "A"}}, HARBOUR)
    if status == "won":  # the money is the hotel's again, to do with as it likes
        assert client.v1.refunds.create({"charge": dispute.charge}, HARBOUR).amount == 5_000


def test_a_disputed_charge_is_not_refunded_and_a_dispute_can_be_accepted(client):
    dispute = disputed(client)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.refunds.create({"charge": dispute.charge}, HARBOUR)
    assert refused.value.code == "charge_disputed"

    assert client.v1.disputes.close(dispute.id, {}, HARBOUR).status == "lost"


def test_an_inquiry_takes_nothing_until_it_escalates(sandbox, client):
    inquiry = disputed(client, "pm_card_createDisputeInquiry")
    assert (inquiry.status, inquiry.balance_transactions) == ("warning_needs_response", [])

    control(sandbox, "decide", dispute=inquiry.id, verdict="escalate")

    after = client.v1.disputes.retrieve(inquiry.id, {}, HARBOUR)
    assert (after.status, len(after.balance_transactions)) == ("needs_response", 1)


def test_a_dispute_that_nobody_answers_is_lost_at_its_deadline(sandbox, client):
    dispute = disputed(client)

    control(sandbox, "advance", days=9, seconds=5)

    after = client.v1.disputes.retrieve(dispute.id, {}, HARBOUR)
    assert (after.status, after.evidence_details.past_due) == ("lost", True)


def test_evidence_has_a_length_and_files_are_of_a_kind(client):
    dispute = disputed(client)
    long, full = {"uncategorized_text": "x" * 20_001}, dict.fromkeys(LONG, "x" * 20_000)
    with pytest.raises(stripe.InvalidRequestError, match="at most 20000 characters") as refused:
        client.v1.disputes.update(dispute.id, {"evidence": long}, HARBOUR)
    assert refused.value.param == "evidence[uncategorized_text]"
    with pytest.raises(stripe.InvalidRequestError, match="150,000"):
        client.v1.disputes.update(dispute.id, {"evidence": full}, HARBOUR)
    with pytest.raises(stripe.InvalidRequestError, match="No such file upload"):
        client.v1.disputes.update(dispute.id, {"evidence": {"receipt": "file_1"}}, HARBOUR)
    with pytest.raises(stripe.InvalidRequestError, match="Invalid file type"):
        client.v1.files.create(
            {"purpose": "dispute_evidence", "file": io.BytesIO(b"MZ\x90")}, HARBOUR
        )


def test_a_warning_ends_with_the_refund(client):
    paid = pay(client, "pm_card_createIssuerFraudRecord")
    api = client.v1.radar.early_fraud_warnings
    assert until(lambda: len(api.list({"payment_intent": paid.id}, HARBOUR).data), 1) == 1
    [warning] = api.list({"payment_intent": paid.id}, HARBOUR).data
    assert warning.actionable

    client.v1.refunds.create({"payment_intent": paid.id, "reason": "fraudulent"}, HARBOUR)

    assert not api.retrieve(warning.id, {}, HARBOUR).actionable


def test_a_review_is_approved_or_refunded_as_fraud(sandbox, client):
    for ends in ("approved", "refunded_as_fraud"):
        paid = pay(client, "pm_card_visa")
        control(sandbox, "review", charge=paid.latest_charge)
        [review] = client.v1.reviews.list({}, HARBOUR).data
        assert client.v1.charges.retrieve(paid.latest_charge, {}, HARBOUR).review == review.id
        if ends == "approved":
            client.v1.reviews.approve(review.id, {}, HARBOUR)
        else:
            client.v1.refunds.create({"payment_intent": paid.id, "reason": "fraudulent"}, HARBOUR)
        assert client.v1.reviews.retrieve(review.id, {}, HARBOUR).closed_reason == ends


@pytest.mark.parametrize(
    ("card", "first", "then"),
    [
        ("pm_card_refundFail", "succeeded", "failed"),
        ("pm_card_pendingRefund", "pending", "succeeded"),
    ],
)
def test_a_refund_turns_later(sandbox, client, card, first, then):
    paid = pay(client, card)
    refund = client.v1.refunds.create({"payment_intent": paid.id, "amount": 2_000}, HARBOUR)
    assert refund.status == first

    control(sandbox, "advance", seconds=6)

    assert client.v1.refunds.retrieve(refund.id, {}, HARBOUR).status == then
    charge = client.v1.charges.retrieve(paid.latest_charge, {}, HARBOUR)
    assert charge.amount_refunded == (0 if then == "failed" else 2_000)
    assert types(client, "refund.*")[-1] == "refund.updated"


def test_a_hold_runs_out(sandbox, client):
    held = pay(client, "pm_card_visa", capture_method="manual", expand=["latest_charge"])
    before = held.latest_charge.payment_method_details.card.capture_before
    assert before == held.latest_charge.created + 7 * 86_400

    control(sandbox, "advance", days=7)

    after = client.v1.payment_intents.retrieve(held.id, {}, HARBOUR)
    assert (after.status, after.cancellation_reason) == ("canceled", "automatic")
    assert types(client, "charge.expired", "payment_intent.canceled") == [
        "charge.expired",
        "payment_intent.canceled",
    ]


# Other ways to pay -------------------------------------------------------


def test_a_bank_transfer_pays_in_parts(client):
    guest = client.v1.customers.create({}, HARBOUR)
    asked = client.v1.payment_intents.create(
        {
            "amount": 5_000,
            "currency": "eur",
            "customer": guest.id,
            "payment_method_types": ["customer_balance"],
            "payment_method_data": {"type": "customer_balance"},
            "confirm": True,
        },
        HARBOUR,
    )
    where = asked.next_action.display_bank_transfer_instructions
    assert (asked.status, where.amount_remaining) == ("requires_action", 5_000)

    helper = client.v1.test_helpers.customers
    for part in (2_000, 3_500):
        helper.fund_cash_balance(
            guest.id, {"amount": part, "currency": "eur", "reference": where.reference}, HARBOUR
        )

    assert client.v1.payment_intents.retrieve(asked.id, {}, HARBOUR).status == "succeeded"
    rest = client.v1.customers.cash_balance.retrieve(guest.id, {}, HARBOUR)
    assert rest.available.to_dict() == {"eur": 500}
    assert "payment_intent.partially_funded" in types(client, "payment_intent.*")


@pytest.mark.parametrize(
    ("iban", "status"),
    [
        ("AT611904300234573201", "succeeded"),
        ("DE62370400440532013001", "requires_payment_method"),
        ("AT861904300235473202", "requires_payment_method"),
    ],
)
def test_a_direct_debit_takes_a_while(sandbox, client, iban, status):
    debit = client.v1.payment_intents.create(
        {
            "amount": 5_000,
            "currency": "eur",
            "payment_method_types": ["sepa_debit"],
            "payment_method_data": {
                "type": "sepa_debit",
                "sepa_debit": {"iban": iban},
                "billing_details": {"name": "A Guest", "email": "a@example.com"},
            },
            "confirm": True,
        },
        HARBOUR,
    )
    assert debit.status == "processing"

    control(sandbox, "advance", seconds=4)

    assert client.v1.payment_intents.retrieve(debit.id, {}, HARBOUR).status == status


# Accounts ----------------------------------------------------------------


def test_an_account_is_made_onboarded_restricted_and_let_go_of(sandbox, client):
    made = client.v1.accounts.create(
        {
            "country": "PT",
            "controller": CONTROLLER,
            "email": "new@hotel.example",
            "metadata": {"transactionId": "t1"},
        }
    )
    assert (made.type, made.charges_enabled, made.default_currency) == ("standard", False, "eur")
    assert "external_account" in made.requirements.currently_due
    link = client.v1.account_links.create(
        {
            "account": made.id,
            "type": "account_onboarding",
            "refresh_url": "https://hotel.example/again",
            "return_url": "https://hotel.example/back",
        }
    )
    assert link.url.startswith(sandbox.url)

    control(sandbox, f"accounts/{made.id}/onboard")
    ready = client.v1.accounts.retrieve(made.id)
    assert (ready.charges_enabled, ready.requirements.currently_due) == (True, [])
    banks = client.v1.accounts.external_accounts.list(made.id)
    assert [bank.currency for bank in banks.data] == ["eur"]

    control(sandbox, f"accounts/{made.id}/demand", what="company.tax_id", days=3)
    control(sandbox, f"accounts/{made.id}/restrict")
    late = client.v1.accounts.retrieve(made.id)
    assert (late.charges_enabled, late.requirements.past_due) == (False, ["company.tax_id"])

    assert client.oauth.deauthorize({"client_id": "ca_any", "stripe_user_id": made.id})
    with pytest.raises(stripe.PermissionError):
        client.v1.payment_intents.list({}, {"stripe_account": made.id})
    assert made.id not in [each.id for each in client.v1.accounts.list({"limit": 100}).data]


def test_an_account_that_cannot_charge_does_not(client):
    made = client.v1.accounts.create({"country": "PT", "controller": CONTROLLER})

    with pytest.raises(stripe.InvalidRequestError, match="cannot currently make charges"):
        client.v1.payment_intents.create(CARD, {"stripe_account": made.id})


def test_an_account_that_nobody_made_is_there_and_can_do_everything(client):
    there = client.v1.accounts.retrieve("acct_1AnyHotel")

    assert there.charges_enabled
    assert client.v1.payment_intents.create(CARD, {"stripe_account": there.id}).status == (
        "succeeded"
    )


def test_whoever_is_not_connected_cannot_be_let_go_of(client):
    with pytest.raises(stripe.oauth_error.InvalidClientError):
        client.oauth.deauthorize({"client_id": "ca_any", "stripe_user_id": "nobody"})


# Money -------------------------------------------------------------------


def test_money_moves_on_the_balance(client):
    paid = pay(client, "pm_card_visa", capture_method="automatic")
    client.v1.refunds.create({"payment_intent": paid.id, "amount": 1_000}, HARBOUR)

    rows = client.v1.balance_transactions.list({}, HARBOUR).data

    assert [(row.type, row.amount) for row in rows] == [("refund", -1_000), ("charge", 5_000)]
    assert client.v1.balance_transactions.retrieve(rows[0].id, {}, HARBOUR).net == -1_000


def test_a_transfer_is_reversed_in_part(client):
    sent = client.v1.transfers.create(
        {"amount": 3_000, "currency": "eur", "destination": "acct_1HarbourHotels00"}
    )

    client.v1.transfers.reversals.create(sent.id, {"amount": 1_000})

    after = client.v1.transfers.retrieve(sent.id)
    assert (after.amount_reversed, after.reversed) == (1_000, False)
    with pytest.raises(stripe.InvalidRequestError, match="greater than unreversed"):
        client.v1.transfers.reversals.create(sent.id, {"amount": 2_001})


def test_the_platform_keeps_a_fee(client):
    pay(client, "pm_card_visa", application_fee_amount=300)

    [fee] = client.v1.application_fees.list().data
    assert (fee.amount, fee.account) == (300, "acct_1HarbourHotels00")
