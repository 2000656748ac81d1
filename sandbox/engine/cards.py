"""
Stripe's test cards, as https://docs.stripe.com/testing has them: what each number does.

    by_number("4000000000009995").decline     # ("card_declined", "insufficient_funds")
    by_token("pm_card_createDispute").disputed
"""

from dataclasses import dataclass, field

from sandbox.engine.errors import Refusal, invalid, missing
from sandbox.objects.methods import Object


@dataclass(frozen=True, kw_only=True)
class Card:
    """
    A test card and what comes of it.

    :param names: what follows `pm_card_` and `tok_`.
    :param decline: code and decline code of every charge.
    :param refuses: that decline comes as soon as the card is attached or set up, not only when it
        is charged.
    :param asks: when its bank wants to hear from the guest (3-D Secure): `always`, `unless set up`,
        `on session` (off-session it never asks), `if wanted` (the merchant asks for it).
    :param disputed: reasons of the disputes that follow a charge.
    :param inquiry: the bank only asks.
    :param warned: an early fraud warning follows a charge.
    :param refund: `fails` later, or is `pending` at first.
    :param risk: what Stripe's fraud model says: level and score.
    :param blocked: Stripe itself refuses it.
    :param checks: what the bank says of address and security code, where it does not pass.
    """

    number: str
    names: tuple[str, ...] = ()
    brand: str = "visa"
    country: str = "US"
    funding: str = "credit"
    decline: tuple[str, str | None] | None = None
    refuses: bool = True
    asks: str | None = None
    disputed: tuple[str, ...] = ()
    inquiry: bool = False
    warned: bool = False
    refund: str | None = None
    risk: tuple[str, int] = ("normal", 21)
    blocked: bool = False
    checks: Object = field(default_factory=dict)


def _brands() -> list[Card]:
    visa, mastercard = "visa", "mastercard"
    return [
        Card(number="4242424242424242", names=(visa, "us")),
        Card(number="4000056655665556", names=("visa_debit",), funding="debit"),
        Card(number="5555555555554444", names=(mastercard,), brand=mastercard),
        Card(number="2223003122003222", brand=mastercard),
        Card(
            number="5200828282828210",
            names=("mastercard_debit",),
            brand=mastercard,
            funding="debit",
        ),
        Card(
            number="5105105105105100",
            names=("mastercard_prepaid",),
            brand=mastercard,
            funding="prepaid",
        ),
        Card(number="378282246310005", names=("amex",), brand="amex"),
        Card(number="371449635398431", brand="amex"),
        Card(number="6011111111111117", names=("discover",), brand="discover"),
        Card(number="6011000990139424", brand="discover"),
        Card(number="6011981111111113", brand="discover", funding="debit"),
        Card(number="3056930009020004", names=("diners",), brand="diners"),
        Card(number="36227206271667", brand="diners"),
        Card(number="3566002020360505", names=("jcb",), brand="jcb"),
        Card(number="6200000000000005", names=("unionpay",), brand="unionpay"),
    ]


COUNTRIES = """
    at 4000000400000008  au 4000000360000006  be 4000000560000004  br 4000000760000002
    ca 4000001240000000  ch 4000007560000009  de 4000002760000016  dk 4000002080000001
    es 4000007240000007  fi 4000002460000001  fr 4000002500000003  gb 4000008260000000
    ie 4000003720000005  it 4000003800000008  jp 4000003920000003  mx 4000004840008001
    nl 4000005280000002  no 4000005780000007  pl 4000006160000005  pt 4000006200000007
    se 4000007520000008
"""

DECLINED = "card_declined"


def _declines() -> list[Card]:
    def declined(number: str, code: str, decline: str | None, *names: str) -> Card:
        # Stripe writes some of these names with the brand in front, and once wrote them without.
        both = (*(f"visa_{name}" for name in names), *names)
        return Card(number=number, names=both, decline=(code, decline))

    return [
        declined("4000000000000002", DECLINED, "generic_decline", "chargeDeclined"),
        declined(
            "4000000000009995", DECLINED, "insufficient_funds", "chargeDeclinedInsufficientFunds"
        ),
        declined("4000000000009987", DECLINED, "lost_card", "chargeDeclinedLostCard"),
        declined("4000000000009979", DECLINED, "stolen_card", "chargeDeclinedStolenCard"),
        declined(
            "4000000000006975",
            DECLINED,
            "card_velocity_exceeded",
            "chargeDeclinedVelocityLimitExceeded",
        ),
        declined("4000000000000069", "expired_card", None, "chargeDeclinedExpiredCard"),
        declined("4000000000000127", "incorrect_cvc", None, "chargeDeclinedIncorrectCvc"),
        declined("4000000000000119", "processing_error", None, "chargeDeclinedProcessingError"),
        declined("4242424242424241", "incorrect_number", None),
        Card(
            number="4000000000000341",
            names=("chargeCustomerFail",),
            decline=(DECLINED, "generic_decline"),
            refuses=False,
        ),
        Card(
            number="4100000000000019",
            names=("radarBlock", "chargeDeclinedFraudulent"),
            decline=(DECLINED, "fraudulent"),
            refuses=False,
            blocked=True,
            risk=("highest", 94),
        ),
    ]


def _afterwards() -> list[Card]:
    return [
        Card(number="4000000000000259", names=("createDispute",), disputed=("fraudulent",)),
        Card(
            number="4000000000002685",
            names=("createDisputeProductNotReceived",),
            disputed=("product_not_received",),
        ),
        Card(
            number="4000000000001976",
            names=("createDisputeInquiry",),
            disputed=("fraudulent",),
            inquiry=True,
        ),
        Card(
            number="4000000404000079",
            names=("createMultipleDisputes",),
            disputed=("fraudulent", "fraudulent"),
        ),
        Card(number="4000000000005423", names=("createIssuerFraudRecord",), warned=True),
        Card(number="4000000000005126", names=("refundFail",), refund="fails"),
        Card(number="4000000000007726", names=("pendingRefund",), refund="pending"),
        Card(number="4000000000000077", names=("bypassPending",)),
        Card(number="4000003720000278", names=("bypassPendingInternational",), country="IE"),
        Card(
            number="4000000000004954",
            names=("riskLevelHighest",),
            risk=("highest", 80),
            decline=(DECLINED, "fraudulent"),
            refuses=False,
            blocked=True,
        ),
        Card(number="4000000000009235", names=("riskLevelElevated",), risk=("elevated", 65)),
        Card(number="4000000000000101", names=("cvcCheckFail",), checks={"cvc_check": "fail"}),
        Card(
            number="4000000000000010",
            names=("avsFail",),
            checks={"address_line1_check": "fail", "address_postal_code_check": "fail"},
        ),
        Card(
            number="4000000000000028",
            names=("avsLine1Fail",),
            checks={"address_line1_check": "fail"},
        ),
        Card(
            number="4000000000000036",
            names=("avsZipFail",),
            checks={"address_postal_code_check": "fail"},
        ),
        Card(
            number="4000000000000044",
            names=("avsUnchecked",),
            checks={
                "address_line1_check": "unavailable",
                "address_postal_code_check": "unavailable",
            },
        ),
    ]


def _asking() -> list[Card]:
    return [
        Card(
            number="4000002500003155",
            names=("authenticationRequiredOnSetup",),
            asks="unless set up",
        ),
        Card(number="4000002760003184", names=("authenticationRequired",), asks="always"),
        Card(
            number="4000003800000446",
            names=("authenticationRequiredSetupForOffSession",),
            asks="on session",
        ),
        Card(
            number="4000008260003178",
            names=("authenticationRequiredChargeDeclinedInsufficientFunds",),
            asks="always",
            decline=(DECLINED, "insufficient_funds"),
            refuses=False,
        ),
        Card(
            number="4000000000003220",
            names=("threeDSecure2Required",),
            asks="always",
        ),
        Card(number="4000000000003063", names=("threeDSecureRequired",), asks="always"),
        Card(
            number="4000008400001629",
            names=("threeDSecureRequiredChargeDeclined",),
            asks="always",
            decline=(DECLINED, "generic_decline"),
            refuses=False,
        ),
        Card(number="4000000000003055", names=("threeDSecureOptional",), asks="if wanted"),
    ]


def _pairs(text: str) -> list[tuple[str, str]]:
    words = text.split()
    return list(zip(words[::2], words[1::2], strict=True))


CARDS = [
    *_brands(),
    *(
        Card(number=number, names=(country,), country=country.upper())
        for country, number in _pairs(COUNTRIES)
    ),
    *_declines(),
    *_afterwards(),
    *_asking(),
]
NUMBERS = {card.number: card for card in CARDS}
NAMES = {name: card for card in CARDS for name in card.names}

# Bank accounts for direct debits: what becomes of one (https://docs.stripe.com/testing#sepa).
IBANS = {
    "AT611904300234573201": "succeeds",
    "AT321904300235473204": "succeeds in three minutes",
    "AT861904300235473202": "fails",
    "AT051904300235473205": "fails in three minutes",
    "AT591904300235473203": "is disputed",
    "DE89370400440532013000": "succeeds",
    "DE08370400440532013003": "succeeds in three minutes",
    "DE62370400440532013001": "fails",
    "DE78370400440532013004": "fails in three minutes",
    "DE35370400440532013002": "is disputed",
}


def by_token(token: str) -> Card:
    """
    Return the card behind `pm_card_…` or `tok_…`.

    :raises Refusal: there is no such token.
    """
    for prefix, kind in (("pm_card_", "PaymentMethod"), ("tok_", "token")):
        if token.startswith(prefix):
            name = token.removeprefix(prefix)
            if name in NAMES:
                return NAMES[name]
            raise missing(kind, token, param="payment_method")
    raise missing("PaymentMethod", token, param="payment_method")


def by_number(number: str) -> Card:
    """
    Return the test card with this number.

    :raises Refusal: it is no card number, or no test card's.
    """
    digits = number.replace(" ", "").replace("-", "")
    if digits in NUMBERS:
        return NUMBERS[digits]
    if not digits.isdigit() or not 12 <= len(digits) <= 19 or not _luhn(digits):
        raise Refusal(
            "Your card number is incorrect.",
            status=402,
            type="card_error",
            code="incorrect_number",
            param="number",
            began=False,
        )
    raise Refusal(
        "Your card was declined. Your request was in test mode, but used a non test card. For a "
        "list of valid test cards, visit: https://stripe.com/docs/testing.",
        status=402,
        type="card_error",
        code="card_declined",
        decline_code="test_mode_live_card",
        began=False,
    )


def by_iban(iban: str) -> str:
    """
    Return the IBAN of a test bank account.

    :raises Refusal: it is none of Stripe's.
    """
    plain = iban.replace(" ", "").upper()
    if plain not in IBANS:
        raise invalid(
            "The IBAN you provided is invalid.", "sepa_debit[iban]", "invalid_bank_account_iban"
        )
    return plain


def _luhn(digits: str) -> bool:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0
