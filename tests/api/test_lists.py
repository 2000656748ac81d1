"""What can be read: each list, each thing, a page at a time."""

import json
from io import StringIO

import pytest
from django.core.management import call_command

from organizations.models import Role
from payments.models import Alert, Dispute, Payment, Refund
from sandbox.scenarios import SCENARIOS
from tests.api.conftest import Program, away, program
from tests.conftest import stay_of
from tests.factories import PropertyFactory, ReservationFactory
from tests.support.stories import arrives


def happens(stripe, name, booking):
    """Let a story happen to a booking."""
    stripe.sends(SCENARIOS[name].events(stay_of(booking)))


def state_of(code):
    out = StringIO()
    call_command("payment_state", code, "--json", stdout=out)
    return json.loads(out.getvalue())


def results(answer):
    assert answer.status_code == 200, answer.content
    return answer.json()["results"]


def test_my_organizations_are_listed_with_my_role_and_houses(db):
    booking = ReservationFactory()
    house = booking.property
    PropertyFactory(organization=booking.organization, slug="airport")
    desk = program(Role.FRONT_DESK, houses=[house])

    (mine,) = results(desk.gets("/api/organizations/"))

    assert mine == {
        "id": str(booking.organization_id),
        "slug": "harbour",
        "name": "Harbour Hotels",
        "currency": "eur",
        "timezone": "Europe/Lisbon",
        "stripe_architecture": "centralized",
        "role": "front_desk",
        "properties": ["downtown"],
    }


def test_a_superuser_sees_every_organization_and_has_no_role(rival, booking, django_user_model):
    root = Program(django_user_model.objects.create_superuser("root"))

    assert [(each["slug"], each["role"]) for each in results(root.gets("/api/organizations/"))] == [
        ("harbour", None),
        ("rival", None),
    ]


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_money_of_a_booking_is_exactly_its_payment_state(name, stripe, booking, api):
    happens(stripe, name, booking)

    answer = api.gets(f"reservations/{booking.code}/")

    assert answer.status_code == 200
    stay = answer.json()
    assert stay["money"] == state_of(booking.code)
    assert (stay["code"], stay["property"], stay["total"]) == ("HB-2481", "downtown", 120_000)
    assert stay["guest"] == {"name": "Guest of the house", "email": "guest@example.com"}
    assert stay["room"] is None


def test_a_payment_is_told_with_its_attempts_and_refunds(stripe, booking, api):
    happens(stripe, "two_partial_refunds", booking)
    payment = Payment.objects.get()

    told = api.gets(f"payments/{payment.pk}/").json()

    assert told["id"] == str(payment.pk)
    assert (told["stripe_id"], told["account"], told["livemode"]) == (
        payment.stripe_id,
        "acct_harbour",
        False,
    )
    assert (told["reservation"], told["property"]) == ("HB-2481", "downtown")
    assert told["status"] == "succeeded"
    state = state_of("HB-2481")
    assert told["amount_received"] == state["paid"]
    assert told["refundable"] == state["paid"] - state["refunded"]
    (charge,) = told["charges"]
    assert (charge["status"], charge["amount_captured"]) == ("succeeded", state["paid"])
    assert {each["stripe_id"] for each in told["refunds"]} == {
        each["stripe_id"] for each in state["transactions"] if each["type"] == "refund"
    }
    (listed,) = results(api.gets("payments/"))
    assert listed | {"client_secret": None, "publishable_key": None} == told
    assert results(api.gets("refunds/")) == sorted(
        told["refunds"], key=lambda each: each["id"], reverse=True
    )
    for refund in told["refunds"]:
        assert api.gets(f"refunds/{refund['id']}/").json() == refund
        assert (refund["payment"], refund["release"]) == (told["id"], False)


def test_what_only_lets_a_hold_go_is_told_apart_from_refunds(stripe, booking, api):
    happens(stripe, "hold_partial_capture", booking)

    (told,) = results(api.gets("refunds/"))

    assert told["release"] is True
    assert api.gets(f"refunds/{told['id']}/").json() == told
    (payment,) = results(api.gets("payments/"))
    assert payment["refunds"] == [told]


def test_a_hold_says_what_can_be_captured(stripe, booking, api):
    happens(stripe, "hold", booking)

    (told,) = results(api.gets("payments/"))

    assert told["status"] == "requires_capture"
    assert told["amount_capturable"] == state_of("HB-2481")["authorized"] > 0
    assert told["charges"][0]["capture_before"].endswith("Z")


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("dispute_lost", "disputes/"),
        ("fraud_warning_before_arrival", "fraud_warnings/"),
        ("review_open", "reviews/"),
    ],
)
def test_what_threatens_a_booking_is_listed(name, address, stripe, booking, api):
    happens(stripe, name, booking)

    (told,) = results(api.gets(address))

    assert told["reservation"] == "HB-2481"
    assert told["payment"] == str(Payment.objects.get().pk)
    assert api.gets(f"{address}{told['id']}/").json() == told
    state = state_of("HB-2481")[address.strip("/")]
    for field in ("status", "reason", "amount", "fraud_type", "actionable", "open"):
        if field in state[0]:
            assert told[field] == state[0][field]


def test_lists_are_narrowed_by_stripe_id_and_by_booking(stripe, booking, api):
    other = ReservationFactory(code="HB-7")
    for each in (booking, other):
        happens(stripe, "dispute_won", each)
    kept = {
        "payments/": Payment,
        "disputes/": Dispute,
        "alerts/": Alert,
    }
    for address, model in kept.items():
        rows = model.objects.filter(reservation=other)
        by_code = results(api.gets(f"{address}?reservation=HB-7"))
        assert {each["id"] for each in by_code} == {str(pk) for pk in rows.values_list("pk")[0]}
        row = rows[0]
        name = row.object_id if model is Alert else row.stripe_id
        (found,) = results(api.gets(f"{address}?stripe_id={name}"))
        assert found["stripe_id"] == name
        assert results(api.gets(f"{address}?reservation=HB-404")) == []
        assert results(api.gets(f"{address}?stripe_id=%00&reservation=%ed%a0%80")) == []
    assert not Refund.objects.exists()


def test_what_stripe_has_no_id_for_yet_is_not_found_by_an_empty_one(wire, stripe, booking, api):
    wire.answers = away
    api.posts("reservations/HB-2481/payments/", {"amount": 5_000, "purpose": "deposit"})

    (promised,) = results(api.gets("payments/"))
    assert promised["stripe_id"] is None
    assert results(api.gets("payments/?stripe_id=")) == []


def test_many_alerts_that_name_cards_and_colleagues_ask_as_much_as_a_few(
    booking, api, django_assert_num_queries
):
    def raised(count):
        for number in range(count):
            for kind in ("card_expires", "mail_undeliverable"):
                Alert.objects.create(
                    kind=kind,
                    severity="warning",
                    account="acct_harbour",
                    object_id=f"pm_{number}",
                    detail=str(count),
                    organization=booking.organization,
                    reservation=booking,
                    facts={"user": number},
                )

    for count in (2, 9):
        raised(count)
        with django_assert_num_queries(5):
            api.gets("alerts/")


def test_a_page_begins_where_the_one_before_it_ended(booking, api):
    codes = [booking.code] + [ReservationFactory().code for _ in range(6)]
    seen, address = [], "reservations/?limit=3"
    back = []
    while address:
        page = api.gets(address).json()
        back.append(page["previous"])
        seen += [each["code"] for each in page["results"]]
        address = page["next"] and page["next"].removeprefix("http://testserver")

    assert sorted(seen) == sorted(codes)
    assert seen == sorted(seen)  # all arrive on one day
    assert [bool(each) for each in back] == [False, True, True]
    before = api.gets(back[2].removeprefix("http://testserver")).json()
    assert [each["code"] for each in before["results"]] == seen[3:6]
    first = api.gets(before["previous"].removeprefix("http://testserver")).json()
    assert [each["code"] for each in first["results"]] == seen[:3]
    assert first["previous"] is None


def test_a_page_has_at_most_a_hundred_rows(booking, api):
    for _ in range(120):
        ReservationFactory(property=booking.property, guest=booking.guest)

    assert len(results(api.gets("reservations/?limit=1000"))) == 100
    assert len(results(api.gets("reservations/"))) == 50


@pytest.mark.parametrize("limit", ["0", "-1", "x", "", "1.5", "９", "%00"])
def test_a_limit_is_a_number(limit, booking, api):
    answer = api.gets(f"reservations/?limit={limit}")

    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == ["limit"]


@pytest.mark.parametrize(
    "cursor",
    ["x", "", "bnVsbA==", "W10=", "WzEsMl0=", "W2ZhbHNlLCJ4IiwieSJd", "é", "%00", "W" * 99],
)
def test_a_cursor_is_one_of_ours(cursor, booking, api):
    for address in ("reservations/", "payments/"):
        answer = api.gets(f"{address}?cursor={cursor}")

        assert answer.status_code == 400
        assert list(answer.json()["errors"]) == ["cursor"]


def test_money_without_a_booking_is_attached_and_taken_back(stripe, booking, api):
    happens(stripe, "dashboard_payment", booking)
    (loose,) = results(api.gets("unmatched/"))
    assert [each["reservation"] for each in loose["suggestions"]] == ["HB-2481"]
    assert loose["suggestions"][0]["owed"] == loose["amount_received"] == 120_000
    assert api.gets(f"unmatched/{loose['id']}/").json() == loose

    attached = api.posts(f"payments/{loose['id']}/attach/", {"reservation": "HB-2481"})

    assert attached.status_code == 200
    assert attached.json()["reservation"] == "HB-2481"
    assert results(api.gets("unmatched/")) == []
    assert api.gets("reservations/HB-2481/").json()["money"]["payment_status"] == "paid"

    again = api.posts(f"payments/{loose['id']}/attach/", {"reservation": ReservationFactory().code})
    assert (again.status_code, again.json()["code"]) == (409, "already_attached")

    detached = api.posts(f"payments/{loose['id']}/detach/")
    assert detached.json()["reservation"] is None
    assert [each["id"] for each in results(api.gets("unmatched/"))] == [loose["id"]]
    again = api.posts(f"payments/{loose['id']}/detach/")
    assert (again.status_code, again.json()["code"]) == (409, "not_detachable")


def test_an_alert_says_what_to_do_and_who_is_on_it(stripe, booking, api):
    happens(stripe, "dashboard_payment", booking)
    (alert,) = results(api.gets("alerts/"))
    assert alert["kind"] == "unmatched_money"
    assert alert["title"] == "Money without a booking"
    assert "Find the booking" in alert["text"]
    assert alert["open"]
    assert alert["taken_by"] is None

    taken = api.posts(f"alerts/{alert['id']}/take/")

    assert taken.status_code == 200
    assert taken.json()["taken_by"] == api.user.username
    assert api.gets(f"alerts/{alert['id']}/").json() == taken.json()
    assert api.posts(f"alerts/{alert['id']}/seen/").status_code == 200


def test_an_account_says_what_stripe_wants_in_words(stripe, booking, api):
    happens(stripe, "account_restricted", booking)

    (told,) = results(api.gets("accounts/"))

    assert told["stripe_id"] == told["account"] == "acct_harbour"
    assert (told["connected"], told["charges_enabled"]) == (True, False)
    assert told["property"] is None
    assert told["requirements"]
    for each in told["requirements"]:
        assert set(each) == {"name", "words", "deadline", "error"}
        assert each["words"] != each["name"]
    assert told["disabled_reason"]
    assert told["arrivals_at_risk"] == {"bookings": 0, "amounts": []}  # nobody comes soon
    assert api.gets(f"accounts/{told['id']}/").json() == told


def test_an_account_in_trouble_names_the_arrivals_at_risk(stripe, booking, api):
    arrives(booking, days=3)
    happens(stripe, "account_restricted", booking)

    (told,) = results(api.gets("accounts/"))

    assert told["arrivals_at_risk"] == {
        "bookings": 1,
        "amounts": [{"currency": "eur", "amount": 120_000}],
    }
