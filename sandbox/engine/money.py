"""What Stripe takes of which currency: how little, how much, and how it writes it."""

from sandbox.engine.errors import invalid

NO_DECIMALS = "bif clp djf gnf jpy kmf krw mga pyg rwf ugx vnd vuv xaf xof xpf"
THREE_DECIMALS = "bhd jod kwd omr tnd"
TWO_DECIMALS = """
    usd aed afn all amd ang aoa ars aud awg azn bam bbd bdt bgn bmd bnd bob brl bsd bwp byn bzd cad
    cdf chf cny cop crc cve czk dkk dop dzd egp etb eur fjd fkp gbp gel gip gmd gtq gyd hkd hnl htg
    huf idr ils inr isk jmd kes kgs khr kyd kzt lak lbp lkr lrd lsl mad mdl mkd mmk mnt mop mur mvr
    mwk mxn myr mzn nad ngn nio nok npr nzd pab pen pgk php pkr pln qar ron rsd rub sar sbd scr sek
    sgd shp sle sos srd std szl thb tjs top try ttd twd tzs uah uyu uzs wst xcd xcg yer zar zmw
"""
DIGITS = {
    currency: digits
    for digits, currencies in ((0, NO_DECIMALS), (2, TWO_DECIMALS), (3, THREE_DECIMALS))
    for currency in currencies.split()
}
SYMBOLS = {"eur": "€", "gbp": "£", "jpy": "¥", "usd": "$"}

# https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts
SMALLEST = {
    "aed": 200, "aud": 50, "bgn": 100, "brl": 50, "cad": 50, "chf": 50, "czk": 1_500, "dkk": 250,
    "eur": 50, "gbp": 30, "hkd": 400, "huf": 17_500, "inr": 50, "jpy": 50, "mxn": 1_000,
    "myr": 200, "nok": 300, "nzd": 50, "pln": 200, "ron": 200, "sek": 300, "sgd": 50,
    "thb": 1_000, "usd": 50,
}  # fmt: skip
LARGEST = {"idr": 999_999_999_999}
LARGEST_ELSEWHERE = 99_999_999


def check_currency(currency: str) -> str:
    """Return a currency as Stripe writes it, in lower case; refuse what is none."""
    lower = currency.lower()
    if lower not in DIGITS:
        raise invalid(
            f"Invalid currency: {currency}. Stripe currently supports these currencies: "
            f"{', '.join(sorted(DIGITS))}",
            "currency",
        )
    return lower


def check_amount(amount: int, currency: str, param: str = "amount") -> int:
    """Return an amount that can be charged; refuse what is too little, too much or too fine."""
    if amount < 1:
        raise invalid(
            "This value must be greater than or equal to 1.", param, "parameter_invalid_integer"
        )
    if DIGITS[currency] == 3 and amount % 10:
        raise invalid(
            f"Invalid amount for {currency}: it must be evenly divisible by 10.",
            param,
            "parameter_invalid_integer",
        )
    least = SMALLEST.get(currency, 1)
    if amount < least:
        raise invalid(
            f"Amount must be at least {written(least, currency)} {currency}",
            param,
            "amount_too_small",
        )
    most = LARGEST.get(currency, LARGEST_ELSEWHERE)
    if amount > most:
        raise invalid(
            f"Amount must be no more than {written(most, currency)} {currency}",
            param,
            "amount_too_large",
        )
    return amount


def written(amount: int, currency: str) -> str:
    """Return an amount as Stripe's messages have it: €1,234.50."""
    symbol = SYMBOLS.get(currency, "")
    digits = DIGITS.get(currency, 2)
    if not digits:
        return f"{symbol}{amount:,}"
    whole, rest = divmod(amount, 10**digits)
    return f"{symbol}{whole:,}.{rest:0{digits}}"
