"""
Amounts as integers in minor units, with a currency.

How many digits a currency has at Stripe is known here alone. Stripe's own list differs from ISO
4217 in places (docs.stripe.com/currencies): ISK and UGX have no minor unit in daily life but are
written with two digits, HUF and TWD likewise; MGA is written without any.
"""

from decimal import Decimal, InvalidOperation
from functools import lru_cache

from babel.numbers import format_currency, get_currency_symbol

LARGEST = 2**63 - 1  # what a column holds

_NONE = "bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf"
_THREE = "bhd iqd jod kwd lyd omr tnd"
_TWO = """
aed afn all amd ang aoa ars aud awg azn bam bbd bdt bgn bmd bnd bob bov brl bsd btn bwp byn bzd cad
cdf che chf chw clf cny cop cou crc cuc cup cve czk dkk dop dzd egp ern etb eur fjd fkp gbp gel ghs
gip gmd gtq gyd hkd hnl hrk htg huf idr ils inr irr isk jmd kes kgs khr kpw kyd kzt lak lbp lkr lrd
lsl mad mdl mkd mmk mnt mop mru mur mvr mwk mxn mxv myr mzn nad ngn nio nok npr nzd pab pen pgk php
pkr pln qar ron rsd rub sar sbd scr sdg sek sgd shp sle sll sos srd ssp std stn svc syp szl thb tjs
tmt top try ttd twd tzs uah ugx usd usdc usn uyi uyu uyw uzs ved ves wst xcd xcg yer zar zmw zwg zwl
"""

EXPONENTS: dict[str, int] = {
    **dict.fromkeys(_NONE.split(), 0),
    **dict.fromkeys(_TWO.split(), 2),
    **dict.fromkeys(_THREE.split(), 3),
}


class NotAnAmount(ValueError):
    """What was typed is no amount of this currency."""


def exponent(currency: str) -> int:
    """Return how many of the last digits are the minor unit; two for a currency nobody knows."""
    return EXPONENTS.get(currency.lower(), 2)


def to_decimal(amount: int, currency: str) -> Decimal:
    """Return an amount in minor units as a person would write it down."""
    return Decimal(amount).scaleb(-exponent(currency))


def from_decimal(value: Decimal | str, currency: str) -> int:
    """
    Return what a person typed in minor units.

    :raises NotAnAmount: it is no number, or has more digits than the currency.
    """
    try:
        scaled = Decimal(value).scaleb(exponent(currency))
    except InvalidOperation as error:
        raise NotAnAmount(f"“{value}” is not an amount.") from error
    if not scaled.is_finite() or scaled != scaled.to_integral_value() or abs(scaled) > LARGEST:
        raise NotAnAmount(f"“{value}” is not an amount in {currency.upper()}.")
    return int(scaled)


@lru_cache(maxsize=10_000)  # a list of bookings shows a hundred, the same all day
def show(amount: int | None, currency: str, locale: str = "en") -> str:
    """Return an amount in minor units as its currency is written: €1,024.80, ¥84,000."""
    if amount is None:
        return "–"
    code = currency.upper()
    digits = exponent(currency)
    gap = "\u00a0" if get_currency_symbol(code, locale)[-1:].isalpha() else ""
    pattern = f"¤{gap}#,##0" + ("." + "0" * digits if digits else "")
    return format_currency(
        to_decimal(amount, currency),
        code,
        format=pattern,
        locale=locale,
        currency_digits=False,
    )
