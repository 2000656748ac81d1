"""Figures: what came, went back, was disputed and declined, on a page and in a table to take."""

import csv
import io
from datetime import UTC, datetime

import pytest
from django.test import Client

from organizations.models import Role
from payments.models import Charge
from payments.panels import exports
from sandbox import objects
from tests.api.test_figures import money  # noqa: F401
from tests.factories import OrganizationFactory, PropertyFactory, ReservationFactory
from tests.staff.conftest import somebody

URL, CSV = "/analytics/", "/analytics/csv/"
NOVEMBER = {"from": "2026-11-01", "to": "2026-11-30"}
HEAD = "Gross,Fees,Net,Refunds,Disputes,Payments,Declined,Success rate,Dispute rate"


def shown(client, **asked):
    return client.get(URL, NOVEMBER | asked).context["shown"]


def table(client, **asked):
    answer = client.get(CSV, NOVEMBER | asked)
    assert answer.status_code == 200, answer.content
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.reader(io.StringIO(answer.content.decode())))


def tiles(found):
    return {tile.name: (tile.value, tile.before) for tile in found.tiles}


def test_the_page_sums_what_moved(money, manager):  # noqa: F811
    found = shown(manager)

    (euro,) = found.money
    assert tiles(found)["Payments"] == ("3", "nothing before")
    assert tiles(found)["Success rate"][0] == "75.0 %"
    assert tiles(found)["Dispute rate"][0] == "33.3 %"
    assert {name: value for name, (value, _) in tiles(euro).items()} == {
        "Gross": "€220.00",
        "Fees": "–",
        "Net": "–",
        "Refunds": "€20.00",
        "Disputes": "€50.00",
    }
    assert [chart.name for chart in euro.charts] == ["Gross", "Refunds", "Disputes", "Declines"]
    assert [line.name for line in euro.lines][:2] == ["Mon 2 Nov", "Tue 3 Nov"]
    assert [reason[1:] for reason in euro.reasons] == [("€30.00", 1)]


def test_the_currencies_that_there_is_money_in_are_offered_first(money, manager):  # noqa: F811
    Charge.objects.filter(pk=Charge.objects.order_by("pk").first().pk).update(currency="jpy")
    form = manager.get(URL, NOVEMBER).context["form"]
    everything, home, yen, (name, others) = form.fields["currency"].choices
    assert [everything, home, yen] == [("", "All"), ("eur", "EUR"), ("jpy", "JPY")]
    assert name == "Others"
    assert ("usd", "USD") in others
    assert ("jpy", "JPY") not in others


@pytest.mark.parametrize(
    ("first", "says"), [("2026-12-01", "after the last day"), ("1969-12-01", "not a day of our")]
)
def test_days_that_make_no_sense_are_told_apart(first, says, manager):
    assert says in manager.get(URL, NOVEMBER | {"from": first}).content.decode()


def test_it_is_compared_with_as_many_days_before(money, manager):  # noqa: F811
    found = shown(manager, **{"from": "2026-11-03", "to": "2026-11-30"})
    assert tiles(found.money[0])["Gross"] == ("€70.00", "down 53 %")

    found = shown(manager, **{"from": "2026-11-30"})
    assert tiles(found.money[0])["Gross"] == ("€70.00", "nothing before")


def test_fees_are_told_once_they_are_known_of_all(money, manager):  # noqa: F811
    found = shown(manager, to="2026-11-02")

    assert tiles(found.money[0])["Fees"][0] == "€2.00"
    assert tiles(found.money[0])["Net"][0] == "€198.00"


@pytest.mark.parametrize(
    ("by", "rows"),
    [
        ("week", [["2026-10-26"], ["2026-11-02"], ["2026-11-09"], ["2026-11-16"], ["2026-11-23"],
                  ["2026-11-30"]]),
        ("month", [["2026-11"]]),
        ("property", [["Harbour Hotels Airport"], ["Harbour Hotels Downtown"]]),
        ("payment_method", [["Card"]]),
    ],
)  # fmt: skip
def test_it_is_grouped(by, rows, money, manager):  # noqa: F811
    head, *found = table(manager, by=by)

    assert ",".join(head[1:]) == f"Currency,{HEAD}"
    assert [row[:1] for row in found] == rows
    assert sum(float(row[2]) for row in found) == 220


def test_a_row_has_numbers_and_rates(money, manager):  # noqa: F811
    assert table(manager, by="currency") == [
        f"Currency,{HEAD}".split(","),
        ["EUR", "220.00", "", "", "20.00", "50.00", "3", "1", "75.00%", "33.33%"],
    ]


def test_it_is_narrowed_to_a_property_and_a_currency(money, manager):  # noqa: F811
    assert table(manager, by="currency", property="airport")[1][1] == "70.00"
    assert table(manager, currency="usd") == [["Day", "Currency", *HEAD.split(",")]]


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"from": "2026-12-01"}, "from"),
        ({"from": "2020-01-01"}, "from"),
        ({"from": "2026-01-01"}, "by"),
        ({"from": "0001-01-01"}, "from"),
        ({"to": "9999-12-31"}, "from"),
        ({"to": "tomorrow"}, "to"),
        ({"property": "elsewhere"}, "property"),
        ({"currency": "<b>"}, "currency"),
        ({"by": "\x00"}, "by"),
    ],
)
def test_what_makes_no_sense_is_refused_beside_its_field(asked, field, manager, booking):
    for address in (URL, CSV):
        answer = manager.get(address, NOVEMBER | asked)

        assert answer.status_code == 200
        assert answer.context["form"].errors[field]
        assert answer.context["shown"] is None


def test_without_an_answer_the_last_thirty_days_are_meant(manager, booking):
    form = manager.get(URL).context["form"]

    assert form.is_valid()
    assert (form.cleaned_data["to"] - form.cleaned_data["from"]).days == 29


def test_without_a_first_day_thirty_days_until_the_last_are_meant(manager, booking):
    form = manager.get(URL, {"to": "2025-03-30"}).context["form"]

    assert form.is_valid()
    assert form.cleaned_data["from"].isoformat() == "2025-03-01"
    assert not form.errors
    assert set(manager.get(URL, {"to": "0001-01-02"}).context["form"].errors) == {"from"}
    assert "to" in manager.get(URL, {"to": "tomorrow"}).context["form"].errors


@pytest.mark.parametrize("role", Role.values)
def test_figures_are_for_whoever_may_see_them(role, booking):
    client, may = somebody(role), role != Role.FRONT_DESK

    for address in (URL, CSV):
        assert client.get(address).status_code == (200 if may else 403)
    assert ('href="/analytics/"' in client.get("/bookings/").content.decode()) is may


def test_figures_are_of_ones_own_houses_alone(money, booking):  # noqa: F811
    stranger = somebody(Role.OWNER, organization=OrganizationFactory(slug="asagiri"))
    single = somebody(Role.FINANCE, houses=[booking.property])

    assert shown(stranger).money == []
    assert stranger.get(URL, {"organization": "harbour"}).status_code == 404
    assert shown(single, by="currency").money[0].tiles[0].value == "€150.00"
    assert Client().get(URL).status_code == 302


def test_the_days_are_the_hotels(money, manager, booking):  # noqa: F811
    booking.organization.timezone = "Pacific/Auckland"
    booking.organization.save()

    assert [row[0] for row in table(manager, by="day", **{"from": "2026-11-30"})[1:]] == []
    ids = [row[0] for row in table(manager, by="day", to="2026-12-01")[1:] if row[2] == "70.00"]
    assert ids == ["2026-12-01"]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_is_a_formula(start, money, manager, booking):  # noqa: F811
    booking.property.name = f"{start}cmd|' /C calc'!A0"
    booking.property.save()

    cells = [cell for row in table(manager, by="property") for cell in row]

    assert f"'{start}cmd|' /C calc'!A0" in cells
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    assert exports.cell(f"{start}1") == f"'{start}1"
    assert (exports.cell(-5), exports.cell(None), exports.cell("a=b")) == ("-5", "", "a=b")


def test_years_of_payments_are_asked_in_few_queries(
    stripe, manager, booking, django_assert_max_num_queries
):
    for number in range(30):
        at = int(datetime(2026, 11, 1 + number % 28, tzinfo=UTC).timestamp())
        house = PropertyFactory(organization=booking.organization, slug=f"house-{number}")
        of = ReservationFactory(property=house, code=f"HB-{number}")
        charge = objects.charge(
            id=f"ch_{number}", payment_intent=f"pi_{number}", amount=100 + number, created=at,
            metadata={"reservationId": str(of.pk)}, currency=("eur", "usd", "jpy")[number % 3],
        )  # fmt: skip
        stripe.tells("charge.succeeded", charge, created=at)
    assert Charge.objects.count() == 30

    for by in ("day", "property"):
        with django_assert_max_num_queries(20):
            assert len(shown(manager, by=by).money) == 3
