"""Figures: what came, went back, was disputed and declined, in groups."""

from datetime import UTC, datetime

import pytest

from organizations.models import Role
from payments.models import Charge
from sandbox import objects
from tests.api.conftest import program
from tests.factories import PropertyFactory, ReservationFactory

NOVEMBER = "from=2026-11-01&to=2026-11-30"


def at(day, hour=12):
    return int(datetime(2026, 11, day, hour, tzinfo=UTC).timestamp())


@pytest.fixture
def money(stripe, booking):
    """Three payments of two houses, a decline, a refund, a hold let go, and a dispute."""
    airport = PropertyFactory(organization=booking.organization, slug="airport")
    other = ReservationFactory(property=airport, code="HB-9")

    def charge(number, of, amount, day, hour=12, **fields):
        names = {"reservationId": str(of.pk), "type": fields.pop("purpose", "deposit")}
        status = fields.get("status", "succeeded")
        created = at(day, hour)
        intent = objects.payment_intent(
            id=f"pi_{number}", amount=amount, created=created, metadata=names,
            status="succeeded" if status == "succeeded" else "requires_payment_method",
        )  # fmt: skip
        stripe.tells("payment_intent.created", intent, created=created)
        made = objects.charge(
            id=f"ch_{number}", payment_intent=f"pi_{number}", amount=amount, created=created,
            metadata=names, **fields,
        )  # fmt: skip
        stripe.tells(f"charge.{status}", made, created=created)

    charge(1, booking, 100_00, 2)
    charge(2, booking, 50_00, 2, purpose="extra_charge")
    charge(3, other, 70_00, 30, hour=23)
    charge(4, booking, 30_00, 5, status="failed", failure_code="card_declined")
    Charge.objects.filter(stripe_id__in=("ch_1", "ch_2")).update(
        fee=100, net=9_900, settlement_currency="eur"
    )
    refund = objects.refund(
        id="re_1", amount=20_00, charge="ch_1", payment_intent="pi_1", created=at(3),
        reason="duplicate",
    )  # fmt: skip
    stripe.tells("refund.created", refund, created=at(3))
    dispute = objects.dispute(
        id="dp_1", amount=50_00, charge="ch_2", payment_intent="pi_2", created=at(4),
        reason="fraudulent",
    )  # fmt: skip
    stripe.tells("charge.dispute.created", dispute, created=at(4))


def rows(program, figure, query=NOVEMBER):
    answer = program.gets(f"analytics/{figure}/?{query}")
    assert answer.status_code == 200, answer.content
    return answer.json()["results"]


def test_what_came_is_summed(money, api):
    assert rows(api, "money_in") == [
        {"currency": "eur", "amount": 220_00, "count": 3, "fees": None, "net": None}
    ]


def test_fees_are_told_once_they_are_known_of_all(money, api):
    assert rows(api, "money_in", "from=2026-11-02&to=2026-11-02") == [
        {"currency": "eur", "amount": 150_00, "count": 2, "fees": 200, "net": 19_800}
    ]


@pytest.mark.parametrize(
    ("by", "groups"),
    [
        ("day", [("2026-11-02", 150_00), ("2026-11-30", 70_00)]),
        ("week", [("2026-11-02", 150_00), ("2026-11-30", 70_00)]),
        ("month", [("2026-11", 220_00)]),
        ("property", [("airport", 70_00), ("downtown", 150_00)]),
        ("purpose", [("deposit", 170_00), ("extra_charge", 50_00)]),
        ("payment_method", [("card", 220_00)]),
    ],
)
def test_it_is_grouped(by, groups, money, api):
    told = rows(api, "money_in", f"{NOVEMBER}&by={by}")

    assert [(each[by], each["amount"]) for each in told] == groups


def test_it_is_grouped_by_several(money, api):
    told = rows(api, "money_in", f"{NOVEMBER}&by=month,property")

    assert [(each["month"], each["property"]) for each in told] == [
        ("2026-11", "airport"),
        ("2026-11", "downtown"),
    ]


@pytest.mark.parametrize(
    ("figure", "reason", "amount"),
    [
        ("refunds", "duplicate", 20_00),
        ("disputes", "fraudulent", 50_00),
        ("declines", "card_declined", 30_00),
    ],
)
def test_what_went_wrong_is_summed_by_reason(figure, reason, amount, money, api):
    (told,) = rows(api, figure, f"{NOVEMBER}&by=reason")

    assert (told["reason"], told["amount"], told["count"]) == (reason, amount, 1)


def test_it_is_narrowed_to_a_house_and_a_currency(money, api):
    assert rows(api, "money_in", f"{NOVEMBER}&property=airport")[0]["amount"] == 70_00
    assert rows(api, "money_in", f"{NOVEMBER}&currency=usd") == []


def test_somebody_of_one_house_sees_its_figures(money, booking):
    finance = program(Role.FINANCE, houses=[booking.property])

    assert rows(finance, "money_in")[0]["amount"] == 150_00


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("from=x", "from"),
        ("to=2026-13-01", "to"),
        ("from=0001-01-01", "from"),
        ("to=9999-12-31", "to"),
        ("from=2026-12-01&to=2026-11-01", "from"),
        ("from=2000-01-01&to=2026-11-01", "from"),
        ("by=guest", "by"),
        ("by=day,day", "by"),
        ("property=nowhere", "property"),
        ("property=%00", "property"),
        ("currency=e%00r", "currency"),
    ],
)
def test_what_is_wrong_is_said(query, field, booking, api):
    answer = api.gets(f"analytics/money_in/?{query}")

    assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])


PART = {"amount": 300_00, "amount_captured": 200_00}


@pytest.mark.parametrize(
    ("charge", "told", "left"),
    [
        (PART, [{"amount": 100_00, "balance_transaction": "txn_1"}], []),
        (PART, [{"amount": 100_00, "balance_transaction": None}] * 2, [100_00]),
        (PART, [{"amount": 100_00}, {"amount": 70_00}], [70_00]),
        (PART | {"captured": False}, [{"amount": 70_00}], [70_00]),
        ({"captured": False}, [{"amount": 300_00}], []),
        ({}, [{"amount": 300_00, "reason": "expired_uncaptured_charge"}], []),
    ],
    ids=["booked", "the first", "another sum", "between captures", "of a hold", "by its reason"],
)
def test_a_hold_let_go_is_no_refund(charge, told, left, stripe, booking, api):
    made = objects.charge(id="ch_1", created=at(2), **charge)
    stripe.tells("charge.captured", made, created=at(2))
    for number, fields in enumerate(told):
        given = {"id": f"re_{number}", "charge": "ch_1", "created": at(3), "reason": None}
        refund = objects.refund(**given | fields)
        stripe.tells("refund.created", refund, created=at(3))

    assert [row["amount"] for row in rows(api, "refunds")] == left


def test_what_was_taken_so_far_of_a_hold_came(stripe, booking, api):
    made = objects.charge(captured=False, created=at(2), **PART)
    stripe.tells("charge.captured", made, created=at(2))

    assert [row["amount"] for row in rows(api, "money_in")] == [200_00]


def test_other_figures_are_not_there(booking, api):
    assert api.gets("analytics/profits/").status_code == 404


def test_absurd_sums_are_exact(stripe, booking, api):
    for number in range(2):
        made = objects.charge(id=f"ch_{number}", amount=2**63 - 1, created=at(2))
        stripe.tells("charge.succeeded", made, created=at(2))

    assert rows(api, "money_in")[0]["amount"] == 2 * (2**63 - 1)
