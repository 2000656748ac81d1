"""The algebra of merging: any order, any number of times, for every table there is."""

import random
from functools import cache
from itertools import permutations
from types import SimpleNamespace

import pytest

from payments.merge import Once, Or, Rank, Register, Union, key, merge
from payments.models import KINDS


def value(rule, chance, *, text):
    """Return what a sighting may show of a field: one of few values, so that they meet."""
    if isinstance(rule, Rank):
        return chance.choice([*rule.values, "a_status_of_tomorrow", ""])
    if isinstance(rule, Or):
        return chance.choice([True, False, None])
    if isinstance(rule, Union):
        return chance.choice([None, chance.choices("abc", k=chance.randint(1, 3))])
    if isinstance(rule, Register):
        return chance.randrange(6)
    return chance.choice(["", None, "a", "b", "c"] if text else [None, 0, 1, 2, 3])


def sightings(model, size, chance):
    """Return arbitrary sightings of one object, each by an event of its own, some of them stubs."""
    table, shown = model.MERGE, []
    for number in range(size):
        fields = {
            name: value(rule, chance, text=not model._meta.get_field(name).null)
            for name, rule in table.items()
        }
        seen = SimpleNamespace(tie=chance.randrange(7), **fields)
        at = key(table, seen, at=chance.randrange(3), event_id=f"evt_{number}")
        shown.append((seen, at if chance.random() < 0.8 else None))
    return shown


@cache
def nothing_seen(model):
    """Return the fields of a row of which nothing was seen."""
    return {name: getattr(model(), name) for name in model.MERGE}


def row_after(model, shown):
    """Return what is kept after these sightings, in this order."""
    row = SimpleNamespace(register_key="", conflict=False, **nothing_seen(model))
    for seen, at in shown:
        merge(model.MERGE, row, seen, at)
    return vars(row)


@pytest.mark.parametrize("rounds", [1_000, pytest.param(10_000, marks=pytest.mark.slow)])
@pytest.mark.parametrize("model", KINDS.values(), ids=list(KINDS))
def test_merging_is_commutative_associative_and_idempotent(model, rounds):
    for seed in range(rounds):
        shown = sightings(model, 3, random.Random(seed))
        first = row_after(model, shown)

        for order in permutations(shown):
            assert row_after(model, order) == first, f"seed {seed}"
        assert row_after(model, [*shown, *shown[::-1], *shown]) == first, f"seed {seed}"


def test_two_ends_that_exclude_each_other_are_marked_and_the_first_named_shows():
    table = KINDS["payment"].MERGE
    ends = [
        (seen := SimpleNamespace(**dict.fromkeys(table, None) | {"status": status}, tie=0),
         key(table, seen, at=at, event_id=f"evt_{at}"))
        for at, status in enumerate(["succeeded", "canceled"])
    ]  # fmt: skip

    for order in (ends, ends[::-1]):
        row = row_after(KINDS["payment"], order)
        assert row["status"] == "succeeded"
        assert row["conflict"]


def test_a_refund_that_succeeded_may_still_fail_but_never_the_reverse():
    rank = KINDS["refund"].MERGE["status"]
    assert rank.level("pending") == rank.level("requires_action") < rank.level("succeeded")
    assert rank.level("succeeded") < rank.level("failed") == rank.level("canceled")


def test_two_values_of_what_has_only_one_are_a_conflict_and_the_smallest_is_kept():
    assert Once().join(7, 5).value == Once().join(5, 7).value == 5
    assert Once().join(7, 5).clash
    assert not Once().join(5, 5).clash
