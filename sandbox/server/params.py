"""What a request may say: Stripe's form parameters, unfolded and checked."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

from sandbox.engine.errors import Refusal, invalid
from sandbox.objects.methods import Object

Check = Callable[[Any, str], Any]
LONGEST = 5_000  # characters of a text
DEEPEST = 10  # hashes in hashes


class Needed:
    """A parameter that has to be there."""

    def __init__(self, check: Check) -> None:
        self.check = check


def unfold(encoded: str) -> Object:
    """Return `a[b][0][c]=d` as {"a": {"b": [{"c": "d"}]}}; numbered keys are a list."""
    return unfold_pairs(parse_qsl(encoded, keep_blank_values=True))


def unfold_pairs(pairs: list[tuple[str, Any]]) -> Object:
    """Return pairs of names with brackets and values as hashes and lists."""
    found: Object = {}
    for name, value in pairs:
        head, *rest = name.replace("]", "").split("[")
        if len(rest) > DEEPEST:
            raise invalid("Invalid request: parameters are nested too deeply.", head)
        put(found, [head, *rest], value)
    return {name: listed(value) for name, value in found.items()}


def put(found: Object, path: list[str], value: Any) -> None:
    """Put a value where its name says."""
    for step in path[:-1]:
        inner = found.get(step)
        if not isinstance(inner, dict):
            inner = found[step] = {}
        found = inner
    last = path[-1] or str(len(found))  # `a[]` takes the next place
    found[last] = value


def listed(value: Any) -> Any:
    """Turn hashes with the keys 0, 1, 2, … into lists, all the way down."""
    if not isinstance(value, dict):
        return value
    inner = {name: listed(each) for name, each in value.items()}
    if inner and all(name.isdigit() for name in inner):
        return [inner[name] for name in sorted(inner, key=int)]
    return inner


def check(given: Object, takes: dict[str, Check | Needed]) -> Object:
    """
    Return the parameters as they are meant; those that were not given are not there.

    :raises Refusal: one is unknown, missing or not what it must be.
    """
    unknown = [name for name in given if name not in takes]
    if unknown:
        raise invalid(
            f"Received unknown parameter{'s' if len(unknown) > 1 else ''}: {', '.join(unknown)}",
            unknown[0],
            "parameter_unknown",
        )
    found = {}
    for name, expected in takes.items():
        needed = isinstance(expected, Needed)
        if name in given:
            if given[name] == "" and needed:
                raise empty(name)
            found[name] = (expected.check if needed else expected)(given[name], name)  # type: ignore[union-attr,operator]
        elif needed:
            raise invalid(f"Missing required param: {name}.", name, "parameter_missing")
    return found


def empty(name: str) -> Refusal:
    return invalid(
        f"You passed an empty string for '{name}'. We assume empty values are an attempt to unset "
        f"a parameter; however '{name}' cannot be unset. You should remove '{name}' from your "
        "request or supply a non-empty value.",
        name,
        "parameter_invalid_empty",
    )


def whole(value: Any, name: str) -> int:
    """A whole number."""
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        raise invalid(f"Invalid integer: {value}", name, "parameter_invalid_integer")
    if value == "":
        raise empty(name)
    text = str(value)
    if not text.lstrip("+-").isascii() or not text.lstrip("+-").isdigit() or len(text) > 20:
        raise invalid(f"Invalid integer: {text[:100]}", name, "parameter_invalid_integer")
    return int(text)


def positive(value: Any, name: str) -> int:
    """A whole number from 1."""
    number = whole(value, name)
    if number < 1:
        raise invalid(
            "This value must be greater than or equal to 1.", name, "parameter_invalid_integer"
        )
    return number


def flag(value: Any, name: str) -> bool:
    """True or false."""
    if value in (True, "true", "1"):
        return True
    if value in (False, "false", "0"):
        return False
    raise invalid(f"Invalid boolean: {value}", name)


def text(value: Any, name: str) -> str | None:
    """A text; an empty one takes away what was there."""
    if not isinstance(value, str):
        if isinstance(value, (dict, list)):
            raise invalid(f"Invalid string: {json.dumps(value)}", name)
        value = str(value)
    if len(value) > LONGEST:
        raise invalid(
            f"Invalid string: {value[:10]}…{value[-10:]}; must be at most {LONGEST} characters",
            name,
            "parameter_invalid_string",
        )
    return value or None


def long_text(value: Any, name: str) -> str | None:
    """A text of any length."""
    if not isinstance(value, str):
        raise invalid(f"Invalid string: {json.dumps(value)}", name)
    return value or None


def one_of(*names: str) -> Check:
    """One of Stripe's words."""
    *most, last = names
    known = f"{', '.join(most)}, or {last}" if len(most) > 1 else " or ".join(names)

    def among(value: Any, name: str) -> str:
        if value == "":
            raise empty(name)
        if value not in names:
            raise invalid(f"Invalid {name}: must be one of {known}", name)
        return str(value)

    return among


def anything(value: Any, name: str) -> Any:
    """What is looked at where it is used."""
    return value


def group(value: Any, name: str) -> Object | None:
    """A hash, whatever is in it; an empty text takes away what was there."""
    if value == "":
        return None
    if not isinstance(value, dict):
        raise invalid("Invalid object", name)
    return value


def groups(value: Any, name: str) -> Object | None:
    """A hash of hashes."""
    found = group(value, name)
    for key, each in (found or {}).items():
        if each != "" and not isinstance(each, dict):
            raise invalid("Invalid object", f"{name}[{key}]")
    return found and {key: each or {} for key, each in found.items()}


def group_of(**takes: Check | Needed) -> Check:
    """A hash of these."""

    def inside(value: Any, name: str) -> Object | None:
        found = group(value, name)
        if found is None:
            return None
        try:
            return check(found, takes)
        except Refusal as refusal:
            refusal.error["param"] = f"{name}[{refusal.error['param']}]"
            raise

    return inside


def many(value: Any, name: str) -> list[Any]:
    """A list."""
    if value == "":
        return []
    if not isinstance(value, list):
        raise invalid("Invalid array", name)
    return value


def metadata(value: Any, name: str) -> Object:
    """
    Up to fifty texts by name; an empty one takes its name away, an empty hash all of them.

    :returns: what was given, to be merged with `merged`.
    """
    if value == "":
        return {"": ""}
    if isinstance(value, list):
        value = {str(place): each for place, each in enumerate(value)}
    if not isinstance(value, dict):
        raise invalid("Invalid object", name)
    for key, each in value.items():
        if isinstance(each, (dict, list)):
            raise invalid(f"Invalid string: {json.dumps(each)}", f"metadata[{key}]")
        if len(key) > 40:
            raise invalid(
                f"Invalid metadata: the key {key[:50]} is longer than 40 characters", "metadata"
            )
        if len(str(each)) > 500:
            raise invalid(
                f"Metadata values can have up to 500 characters, but you passed in a value for "
                f"'{key}' that is {len(str(each))} characters long.",
                f"metadata[{key}]",
            )
    return value


def merged(kept: Object, given: Object | None) -> Object:
    """Return metadata as it is after what was given."""
    if given is None:
        return kept
    if "" in given:
        return {}
    found = kept | {name: str(value) for name, value in given.items()}
    found = {name: value for name, value in found.items() if value != ""}
    if len(found) > 50:
        raise invalid("Invalid metadata: it can have up to 50 keys.", "metadata")
    return found


def period(value: Any, name: str) -> dict[str, int]:
    """A moment, or from when till when."""
    if not isinstance(value, dict):
        moment = whole(value, name)
        return {"gte": moment, "lte": moment}
    return {
        bound: whole(each, f"{name}[{bound}]")
        for bound, each in check(value, dict.fromkeys(("gt", "gte", "lt", "lte"), anything)).items()
    }


ADDRESS = group_of(city=text, country=text, line1=text, line2=text, postal_code=text, state=text)
BILLING = group_of(address=ADDRESS, email=text, name=text, phone=text, tax_id=text)
REDISPLAY = one_of("always", "limited", "unspecified")
CARD = group_of(cvc=text, exp_month=text, exp_year=text, networks=group, number=text, token=text)
METHOD: dict[str, Check | Needed] = {
    "allow_redisplay": REDISPLAY,
    "billing_details": BILLING,
    "card": CARD,
    "customer_balance": anything,
    "metadata": metadata,
    "sepa_debit": group_of(iban=Needed(text)),
    "type": text,
}
METHOD_DATA = group_of(**METHOD, radar_options=group)

PAGE: dict[str, Check | Needed] = {
    "limit": whole,
    "starting_after": text,
    "ending_before": text,
}
CREATED: dict[str, Check | Needed] = {"created": period}
