"""Ids as Stripe writes them: a prefix that says what it is, then letters and digits."""

import hashlib
import string

ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase
LENGTHS = {"acct": 16, "ca": 32, "cus": 14, "req": 14}  # the others have 24
MONEY = {"pi", "ch", "py", "re", "pyr", "txn"}  # ids of one payment's family begin with a 3


def make(prefix: str, *seed: object) -> str:
    """Return an id that looks like Stripe's; the same seed always gives the same id."""
    text = "/".join(map(str, (prefix, *seed)))
    first = "3" if prefix in MONEY else "1"
    return f"{prefix}_{first}{letters(text, LENGTHS.get(prefix, 24) - 1)}"


def letters(text: str, length: int) -> str:
    """Return letters and digits that follow from a text."""
    number = int.from_bytes(hashlib.sha512(text.encode()).digest(), "big")
    found = []
    for _ in range(length):
        number, index = divmod(number, len(ALPHABET))
        found.append(ALPHABET[index])
    return "".join(found)
