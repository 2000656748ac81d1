"""
Why a payment did not come, for each way of paying: what staff read, and what its guest may.

Pure. A voucher that nobody paid ran out, and a debit that a bank did not carry out is no declined
card: each has a word of its own, its own reasons, and something else that helps.
"""

from dataclasses import dataclass, field

CARD, VOUCHER, DEBIT, ELSEWHERE = "card", "voucher", "debit", "elsewhere"

_VOUCHERS = "boleto konbini multibanco oxxo paynow pix promptpay"
_DEBITS = """
ach_debit acss_debit au_becs_debit bacs_debit nz_bank_account sepa_debit us_bank_account
"""
_CARDS = "card card_present interac_present source"

_WAYS: dict[str, str] = {
    **dict.fromkeys(_CARDS.split(), CARD),
    **dict.fromkeys(_VOUCHERS.split(), VOUCHER),
    **dict.fromkeys(_DEBITS.split(), DEBIT),
    "": CARD,
}

_NOT_IN_TIME = "payment_intent_payment_attempt_expired"
_NOT_CONFIRMED = "payment_intent_authentication_failure"
_SAVING_NOT_CONFIRMED = "setup_intent_authentication_failure"
_SAVING_NOT_IN_TIME = "setup_intent_setup_attempt_expired"


@dataclass(frozen=True)
class _Failures:
    """
    How one way of paying fails. `{way}` stands for its name, such as Multibanco.

    :param word: what became of it, in a word or two.
    :param staff: why, by Stripe's code, for the front desk; under "" where the code says nothing.
    :param guest: the same as its guest may hear it: what a bank suspects is not told to who may be
        it.
    :param helps: what a guest can do.
    :param words: for codes after which it is something else that became of it.
    """

    word: str
    staff: dict[str, str]
    guest: dict[str, str]
    helps: str
    words: dict[str, str] = field(default_factory=dict)


_FAILURES: dict[str, _Failures] = {
    CARD: _Failures(
        word="Declined",
        staff={
            "authentication_required": "The bank wants the guest to confirm it.",
            "card_not_supported": "The card cannot be used for this.",
            "card_velocity_exceeded": "The card is over its limit.",
            "currency_not_supported": "The card cannot pay in this currency.",
            "do_not_honor": "The bank declined it.",
            "expired_card": "The card has expired.",
            "fraudulent": "Stripe took it for fraud.",
            "generic_decline": "The bank declined it and gave no reason.",
            "incorrect_cvc": "The security code is wrong.",
            "incorrect_number": "The card number is wrong.",
            "insufficient_funds": "There is too little money on the card.",
            "invalid_account": "The card or account is not valid any more.",
            "lost_card": "The card was reported lost.",
            _NOT_CONFIRMED: "The guest did not confirm it with the bank.",
            _NOT_IN_TIME: "The guest did not finish it in time.",
            _SAVING_NOT_CONFIRMED: "The guest did not confirm it with the bank.",
            _SAVING_NOT_IN_TIME: "The guest did not finish it in time.",
            "pickup_card": "The bank has blocked the card.",
            "processing_error": "Something went wrong on the way. Try again.",
            "stolen_card": "The card was reported stolen.",
            "withdrawal_count_limit_exceeded": "The card is over its limit.",
        },
        guest={
            "": "Your bank did not allow it.",
            "authentication_required": "Your bank wanted you to confirm it, and that did not"
            " happen.",
            "card_not_supported": "Your card cannot be used for this kind of payment.",
            "card_velocity_exceeded": "Your card is over its limit.",
            "currency_not_supported": "Your card cannot pay in this currency.",
            "expired_card": "Your card has expired.",
            "incorrect_cvc": "The security code was not the card's.",
            "incorrect_number": "The card number was not right.",
            "insufficient_funds": "There was not enough money on the card.",
            _NOT_CONFIRMED: "Your bank wanted you to confirm it, and that did not happen.",
            _NOT_IN_TIME: "It was not finished in time.",
            "processing_error": "Something went wrong on the way.",
        },
        helps="Please pay again with another card, or ask your bank to allow the payment first.",
        words={_NOT_IN_TIME: "Not finished"},
    ),
    VOUCHER: _Failures(
        word="Ran out",
        staff={
            "": "The {way} voucher ran out before the guest paid it. The guest may pay again, with"
            " a new one.",
            "payment_intent_konbini_rejected_confirmation_number": "The shops do not take the"
            " confirmation number of the {way} voucher.",
            "payment_method_provider_timeout": "{way} could not be reached. Try again.",
            "processing_error": "Something went wrong on the way. Try again.",
        },
        guest={
            "": "Your {way} voucher ran out before it was paid.",
            "payment_intent_konbini_rejected_confirmation_number": "The shops do not take the"
            " confirmation number of your {way} voucher.",
            "payment_method_provider_timeout": "{way} could not be reached.",
            "processing_error": "Something went wrong on the way.",
        },
        helps="Please pay again: with a new {way} voucher, or in another way. The old voucher"
        " cannot be paid any more.",
        words=dict.fromkeys(
            (
                "payment_intent_konbini_rejected_confirmation_number",
                "payment_method_provider_timeout",
                "processing_error",
            ),
            "Failed",
        ),
    ),
    DEBIT: _Failures(
        word="Debit failed",
        staff={
            "": "The guest's bank did not carry out the debit.",
            "account_closed": "The guest's bank account is closed.",
            "account_frozen": "The guest's bank account is blocked.",
            "account_number_invalid": "The number of the bank account is wrong.",
            "acss_debit_session_incomplete": "The guest did not finish it in time.",
            "authorization_revoked": "The guest has taken back the permission to debit the"
            " account.",
            "bank_account_closed": "The guest's bank account is closed.",
            "bank_account_declined": "The bank account cannot be debited.",
            "bank_account_invalid_details": "The bank does not know an account of that number.",
            "bank_account_restricted": "The guest's bank account cannot be debited.",
            "bank_account_unusable": "The bank account cannot be debited.",
            "bank_account_unverified": "The guest has not confirmed the bank account.",
            "bank_ownership_changed": "The guest's account has moved to another bank.",
            "billing_invalid_mandate": "There is no valid permission to debit the account.",
            "branch_does_not_exist": "There is no such bank. The account number is wrong.",
            "charge_exceeds_source_limit": "It is more than may be debited there in a week.",
            "charge_exceeds_transaction_limit": "It is more than may be debited at once.",
            "debit_authorization_not_match": "The bank has another permission to debit on file.",
            "debit_disputed": "The guest had the bank take the debit back.",
            "debit_not_authorized": "The guest's bank knows of no permission to debit the account.",
            "incorrect_account_holder_name": "The name is not the account holder's.",
            "insufficient_funds": "There was too little money on the bank account.",
            "invalid_account_number": "The number of the bank account is wrong.",
            "invalid_currency": "The bank account is in another currency.",
            "no_account": "The bank does not know an account of that number.",
            "payment_intent_mandate_invalid": "There is no valid permission to debit the account.",
            "payment_method_bank_account_blocked": "Stripe has blocked the bank account: debits of"
            " it failed or were disputed before.",
            "payment_method_microdeposit_failed": "The bank account could not be confirmed.",
            _NOT_CONFIRMED: "The guest did not allow the debit.",
            _NOT_IN_TIME: "The guest did not finish it in time.",
            "processing_error": "Something went wrong on the way. Try again.",
            "recipient_deceased": "The bank says that the account holder has died.",
            "refer_to_customer": "The bank gave no reason; the guest can ask there.",
            "routing_number_invalid": "There is no such bank. The account number is wrong.",
            "sepa_unsupported_account": "The bank account cannot be debited this way.",
        },
        guest={
            "": "Your bank did not carry out the debit.",
            "account_closed": "Your bank says that the account is closed.",
            "account_number_invalid": "The number of the bank account was not right.",
            "bank_account_closed": "Your bank says that the account is closed.",
            "bank_account_invalid_details": "The number of the bank account was not right.",
            "bank_account_unverified": "The bank account has not been confirmed.",
            "bank_ownership_changed": "Your account has moved to another bank.",
            "branch_does_not_exist": "The number of the bank account was not right.",
            "charge_exceeds_source_limit": "It is more than can be debited in a week.",
            "charge_exceeds_transaction_limit": "It is more than can be debited at once.",
            "debit_disputed": "Your bank took the debit back.",
            "incorrect_account_holder_name": "The name was not the account holder's.",
            "insufficient_funds": "There was not enough money on the bank account.",
            "invalid_account_number": "The number of the bank account was not right.",
            "no_account": "The number of the bank account was not right.",
            _NOT_IN_TIME: "It was not finished in time.",
            "processing_error": "Something went wrong on the way.",
            "routing_number_invalid": "The number of the bank account was not right.",
        },
        helps="Please pay again: by card, from another bank account, or once your bank allows the"
        " debit.",
    ),
    ELSEWHERE: _Failures(
        word="Not completed",
        staff={
            "": "The guest did not complete it with {way}.",
            "payment_method_customer_decline": "The guest called it off with {way}.",
            "payment_method_not_available": "{way} could not be reached. Try again.",
            "payment_method_provider_decline": "{way} declined it.",
            "payment_method_provider_timeout": "{way} did not answer in time. Try again.",
            _NOT_CONFIRMED: "The guest did not confirm it with {way}.",
            _NOT_IN_TIME: "The guest did not complete it with {way} in time.",
            "insufficient_funds": "There was too little money to pay it with {way}.",
            "processing_error": "Something went wrong on the way. Try again.",
        },
        guest={
            "": "The payment with {way} was not completed.",
            "payment_method_not_available": "{way} could not be reached.",
            "payment_method_provider_decline": "{way} did not allow it.",
            "payment_method_provider_timeout": "{way} did not answer in time.",
            _NOT_IN_TIME: "The payment with {way} was not completed in time.",
            "insufficient_funds": "There was not enough money to pay it with {way}.",
            "processing_error": "Something went wrong on the way.",
        },
        helps="Please pay again: with {way}, or in another way.",
    ),
}


def way_of(method: str) -> str:
    """Return what kind of paying a payment method is: CARD, VOUCHER, DEBIT or ELSEWHERE."""
    return _WAYS.get(method, ELSEWHERE)


def word(method: str, code: str) -> str:
    """Return what became of an attempt, in a word or two."""
    failures = _FAILURES[way_of(method)]
    return failures.words.get(code, failures.word)


def for_staff(method: str, code: str, named: str) -> str:
    """
    Return why an attempt failed, for the front desk; empty where a card's code says nothing to us.

    :param named: the payment method as people call it.
    """
    told = _FAILURES[way_of(method)].staff
    return told.get(code, told.get("", "")).format(way=named)


def for_guest(method: str, code: str, named: str) -> tuple[str, str]:
    """Return why an attempt failed, as its guest may hear it, and what helps."""
    failures = _FAILURES[way_of(method)]
    why = failures.guest.get(code, failures.guest[""])
    return why.format(way=named), failures.helps.format(way=named)
