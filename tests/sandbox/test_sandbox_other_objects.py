"""The objects beside payments carry what Stripe sends, too."""

import json

import pytest

from sandbox import objects

FIELDS = {
    objects.dispute: """
        amount balance_transactions charge created currency enhanced_eligibility_types
        evidence evidence_details id intended_submission_method is_charge_refundable
        livemode metadata object payment_intent payment_method_details reason status
    """,
    objects.balance_transaction: """
        amount available_on balance_type created currency description exchange_rate fee
        fee_details id net object reporting_category source status type
    """,
    objects.early_fraud_warning: """
        actionable charge created fraud_type id livemode object payment_intent
    """,
    objects.review: """
        billing_zip charge closed_reason created id ip_address ip_address_location
        livemode object open opened_reason payment_intent reason session
    """,
    objects.account: """
        business_profile business_type capabilities charges_enabled controller country
        created default_currency details_submitted email external_accounts
        future_requirements id metadata object payouts_enabled requirements settings
        tos_acceptance type
    """,
    objects.application: """
        id name object
    """,
    objects.bank_account: """
        account account_holder_name account_holder_type account_type
        available_payout_methods bank_name country currency default_for_currency
        fingerprint future_requirements id last4 metadata object requirements
        routing_number status
    """,
    objects.person: """
        account additional_tos_acceptances created dob email first_name
        future_requirements id id_number_provided last_name metadata object relationship
        requirements ssn_last_4_provided verification
    """,
    objects.capability: """
        account future_requirements id object requested requested_at requirements status
    """,
    objects.customer: """
        address balance created currency default_source delinquent description discount
        email id invoice_prefix invoice_settings livemode metadata name
        next_invoice_sequence object phone preferred_locales shipping tax_exempt
        test_clock
    """,
    objects.setup_intent: """
        allowed_payment_method_types application automatic_payment_methods
        cancellation_reason client_secret created customer customer_account description
        excluded_payment_method_types flow_directions id last_setup_error latest_attempt
        livemode managed_payments mandate metadata next_action object on_behalf_of
        payment_method payment_method_configuration_details payment_method_options
        payment_method_types single_use_mandate status usage
    """,
    objects.card_source: """
        address_city address_country address_line1 address_line1_check address_line2
        address_state address_zip address_zip_check brand country customer cvc_check
        dynamic_last4 exp_month exp_year fingerprint funding id last4 metadata name
        object regulated_status tokenization_method
    """,
    objects.invoice: """
        account_country account_name account_tax_ids amount_due amount_overpaid
        amount_paid amount_remaining amount_shipping application attempt_count attempted
        auto_advance automatic_tax automatically_finalizes_at billing_reason
        collection_method created currency custom_fields customer customer_account
        customer_address customer_email customer_name customer_phone customer_shipping
        customer_tax_exempt customer_tax_ids default_payment_method default_source
        default_tax_rates description discounts due_date effective_at ending_balance
        footer from_invoice hosted_invoice_url id invoice_pdf issuer
        last_finalization_error latest_revision lines livemode metadata
        next_payment_attempt number object on_behalf_of parent payment_settings
        period_end period_start post_payment_credit_notes_amount
        pre_payment_credit_notes_amount receipt_number rendering shipping_cost
        shipping_details starting_balance statement_descriptor status status_transitions
        subtotal subtotal_excluding_tax test_clock total total_discount_amounts
        total_excluding_tax total_pretax_credit_amounts total_taxes
        webhooks_delivered_at
    """,
    objects.subscription_schedule: """
        application billing_mode canceled_at completed_at created current_phase customer
        customer_account default_settings end_behavior id livemode metadata object
        pause_schedules phases released_at released_subscription status subscription
        test_clock
    """,
    objects.transfer: """
        amount amount_reversed balance_transaction created currency description
        destination destination_payment id livemode metadata object reversals reversed
        source_transaction source_type transfer_group
    """,
    objects.transfer_reversal: """
        amount balance_transaction created currency destination_payment_refund id
        metadata object source_refund transfer
    """,
    objects.application_fee: """
        account amount amount_refunded application balance_transaction charge created
        currency fee_source id livemode object originating_transaction refunded refunds
    """,
    objects.fee_refund: """
        amount balance_transaction created currency fee id metadata object
    """,
    objects.source: """
        allow_redisplay amount card client_secret created currency customer flow id
        livemode metadata object owner statement_descriptor status type usage
    """,
}


REQUIREMENTS = """
    alternatives current_deadline currently_due disabled_reason errors eventually_due past_due
    pending_verification
"""


@pytest.mark.parametrize("build", FIELDS, ids=lambda build: build.__name__)
def test_an_object_has_every_field_that_stripe_sends(build):
    assert set(build()) == set(FIELDS[build].split())


@pytest.mark.parametrize("build", FIELDS, ids=lambda build: build.__name__)
def test_what_is_given_is_kept_and_nothing_is_shared(build):
    before = json.dumps(build())
    mine = build(id="mine")

    assert mine["id"] == "mine"
    for value in mine.values():
        if isinstance(value, (dict, list)):
            value.clear()
    assert json.dumps(build()) == before


def test_a_bank_account_is_the_hotels_or_a_guests():
    guests = objects.bank_account(customer="cus_1")

    own = "account available_payout_methods default_for_currency future_requirements requirements"
    assert set(objects.bank_account()) - set(guests) == set(own.split())
    assert set(guests) - set(objects.bank_account()) == {"customer"}


def test_an_upcoming_invoice_is_an_invoice_but_for_its_id():
    upcoming = objects.upcoming_invoice(amount_due=9_900)

    assert set(objects.invoice()) - set(upcoming) == {"id"}
    assert (upcoming["total"], upcoming["lines"]["data"][0]["amount"]) == (9_900, 9_900)
    assert upcoming["billing_reason"] == "upcoming"
    assert {line["invoice"] for line in upcoming["lines"]["data"]} == {None}


def test_requirements_say_what_is_due_and_what_was_stopped_for_it():
    due = objects.requirements("external_account")
    late = objects.requirements("external_account", past=True)

    assert set(due) == set(REQUIREMENTS.split())
    assert (due["currently_due"], due["past_due"]) == (["external_account"], [])
    assert due["disabled_reason"] is None
    assert late["currently_due"] == late["past_due"] == ["external_account"]
    assert late["disabled_reason"] == "requirements.past_due"
    assert objects.requirements()["currently_due"] == []


def test_an_account_that_may_charge_may_do_everything():
    open_, shut = objects.account(), objects.account(charges_enabled=False)

    assert set(open_["capabilities"].values()) == {"active"}
    assert set(shut["capabilities"].values()) == {"inactive"}
    assert (open_["payouts_enabled"], shut["payouts_enabled"]) == (True, False)
    assert open_["controller"]["stripe_dashboard"] == {"type": "full"}


def test_a_dispute_takes_what_it_says_and_a_reversal_gives_it_back():
    taken = objects.balance_transaction(amount=-4_000, fee=1_500)
    back = objects.balance_transaction(amount=4_000)

    assert (taken["net"], taken["reporting_category"]) == (-5_500, "dispute")
    assert (back["net"], back["reporting_category"]) == (4_000, "dispute_reversal")
    assert [fee["amount"] for fee in taken["fee_details"]] == [1_500]
    assert back["fee_details"] == []


def test_an_inquiry_is_a_dispute_that_can_still_be_refunded():
    chargeback = objects.dispute()
    inquiry = objects.dispute(status="warning_needs_response")

    assert not chargeback["is_charge_refundable"]
    assert inquiry["is_charge_refundable"]
    assert chargeback["payment_method_details"]["card"]["case_type"] == "chargeback"
    assert inquiry["payment_method_details"]["card"]["case_type"] == "inquiry"
    assert chargeback["evidence_details"]["due_by"] > chargeback["created"]


def test_a_review_that_is_closed_says_why():
    opened, closed = objects.review(), objects.review(closed_reason="approved")

    assert (opened["open"], opened["reason"]) == (True, "rule")
    assert (closed["open"], closed["reason"]) == (False, "approved")


def test_what_is_paid_of_an_invoice_follows_from_its_status():
    draft, paid = objects.invoice(amount_due=700), objects.invoice(amount_due=700, status="paid")

    assert (draft["amount_paid"], draft["amount_remaining"]) == (0, 700)
    assert (paid["amount_paid"], paid["amount_remaining"]) == (700, 0)


def test_objects_of_one_seed_belong_together():
    charge = objects.charge(seed="spa")

    assert objects.dispute(seed="spa")["charge"] == charge["id"]
    assert objects.early_fraud_warning(seed="spa")["charge"] == charge["id"]
    assert objects.review(seed="spa")["payment_intent"] == charge["payment_intent"]
    assert objects.setup_intent(seed="spa")["customer"] == objects.customer(seed="spa")["id"]
    assert objects.capability(seed="spa")["account"] == objects.account(seed="spa")["id"]
    assert objects.transfer_reversal(seed="spa")["transfer"] == objects.transfer(seed="spa")["id"]
    assert objects.fee_refund(seed="spa")["fee"] == objects.application_fee(seed="spa")["id"]
