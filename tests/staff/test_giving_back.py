"""The refund's dialog: of which payments, with a note, never more than those can give."""

import re

import pytest

from payments.models import Activity, Refund
from tests.operations.conftest import makes_refunds, paid  # noqa: F401
from tests.staff.conftest import somebody
from tests.staff.test_sheets import address, opened, said, send

HOSTILE = "<script>alert('1')</script> \u202etxt"


@pytest.fixture
def two(paid, wire):  # noqa: F811
    """Two payments of a booking, €200.00 and then €100.00."""
    wire.answers = makes_refunds()
    return paid(20_000), paid(10_000)


def choices(page):
    return re.findall(r'name="payments" value="([^"]*)"[^>]*?( checked)', page)


def test_every_payment_that_can_give_is_chosen_at_first(two, manager, booking):
    page = manager.get(address(booking, "refund")).content.decode()

    assert [id for id, _ in choices(page)] == [str(each.pk) for each in reversed(two)]
    assert "At most €300.00 can be given back." in page
    assert re.findall(r"€\d+\.00 at most", page) == ["€100.00 at most", "€200.00 at most"]


def test_one_payment_leaves_nothing_to_choose(paid, manager, booking):  # noqa: F811
    paid(20_000)
    page = manager.get(address(booking, "refund")).content.decode()
    assert choices(page) == []
    assert "€200.00 at most" in page


def test_money_is_taken_from_what_was_chosen_alone(two, manager, booking):
    older, _ = two
    send(manager, address(booking, "refund"), amount="150", payments=[str(older.pk)])
    refund = Refund.objects.get()
    assert (refund.payment_id, refund.amount) == (older.pk, 15_000)


def test_of_several_the_newest_gives_first(two, manager, booking):
    older, newer = two
    both = [str(each.pk) for each in two]
    send(manager, address(booking, "refund"), amount="150", payments=both)
    parts = dict(Refund.objects.values_list("payment", "amount"))
    assert parts == {newer.pk: 10_000, older.pk: 5_000}


@pytest.mark.parametrize(
    ("chosen", "field", "why"),
    [
        ("newer", "amount", "At most €100.00 can be given back, counting what is under way."),
        ("none", "payments", "Choose at least one payment."),
        ("foreign", "payments", "One of these payments can give nothing back any more."),
    ],
)
def test_what_cannot_give_that_much_is_said_at_its_field(chosen, field, why, two, manager, booking):
    ids = {"newer": [str(two[1].pk)], "none": [], "foreign": [str(booking.pk)]}[chosen]

    answer = send(manager, address(booking, "refund"), amount="150", payments=ids, note="Late")

    assert answer.status_code == 422
    assert answer.context["form"].errors[field] == [why]
    page = answer.content.decode()
    assert [id for id, _ in choices(page)] == (ids if chosen == "newer" else [])
    assert 'value="Late"' in page
    assert not Refund.objects.exists()


def test_a_note_is_kept_with_what_was_done(two, manager, booking):
    fields = {"amount": "50", "payments": [str(two[0].pk)], "note": HOSTILE}
    send(manager, address(booking, "refund"), **fields)

    assert Activity.objects.get(kind="refund_issued").facts["note"] == HOSTILE
    page = manager.get(f"/bookings/{booking.pk}/?tab=activity").content.decode()
    assert "refunded €50.00 – “&lt;script&gt;" in page
    assert "<script>alert" not in page


def test_a_note_that_is_too_long_is_refused(two, manager, booking):
    fields = {"amount": "50", "payments": [str(two[0].pk)], "note": "a" * 501}
    answer = send(manager, address(booking, "refund"), **fields)
    assert answer.context["form"].errors["note"]
    assert not Refund.objects.exists()


def test_what_is_suggested_is_written_as_people_write_it(paid, manager, booking):  # noqa: F811
    paid(120_000)
    page = manager.get(address(booking, "refund")).content.decode()
    assert 'name="amount" value="1,200.00"' in page
    assert re.search(r'id="do"[^>]*>Refund <span class="whole">€1,200\.00</span>', page)


def test_what_was_chosen_survives_what_changed_since(two, manager, booking):
    older, newer = two
    where = address(booking, "refund")
    mine = opened(manager, where)
    send(somebody(), where, amount="30", payments=[str(newer.pk)])

    answer = send(manager, where, mine, amount="50", payments=[str(older.pk)], lower_total="on")

    page = answer.content.decode()
    assert "It changed since you opened this" in page
    assert [id for id, _ in choices(page)] == [str(older.pk)]
    again = dict(re.findall(r'name="(key|seen)" value="([^"]*)"', page))
    done = send(manager, where, again, amount="50", payments=[str(older.pk)], lower_total="on")
    assert said(done) == ["€50.00 refunded."]
    assert Refund.objects.filter(payment=older).get().amount == 5_000


def test_the_dialog_asks_as_little_for_many_payments_as_for_two(
    two,
    paid,  # noqa: F811
    manager,
    booking,
    django_assert_max_num_queries,
):
    for _ in range(5):
        paid(1_000)
    with django_assert_max_num_queries(20):
        page = manager.get(address(booking, "refund")).content.decode()
    assert len(choices(page)) == 7
