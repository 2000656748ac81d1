"""In the admin everybody sees their own hotel: what is another's is as good as not there."""

import pytest
from django.urls import reverse

from organizations.models import Membership, Organization, Property, Role
from payments.models import (
    Alert,
    Charge,
    ConnectedAccount,
    OwedRead,
    PaymentTransaction,
    WebhookEvent,
)
from reservations.models import Guest, Reservation
from sandbox.scenarios import SCENARIOS
from tests.conftest import stay_of
from tests.factories import MembershipFactory, PropertyFactory, ReservationFactory, UserFactory
from tests.support.admin import listed, page
from tests.support.forms import stay_fields

MODELS = [
    WebhookEvent, PaymentTransaction, Charge, Alert, ConnectedAccount, OwedRead,
    Reservation, Guest, Property, Organization, Membership,
]  # fmt: skip


@pytest.fixture
def both(stripe, booking, others):
    """Two hotels, each with money and with people of its own."""
    for name in ("two_partial_refunds", "dashboard_payment"):
        stripe.sends(SCENARIOS[name].events(stay_of(booking)))
    theirs = stay_of(booking, account="acct_asagiri", seed=2)
    stripe.sends(SCENARIOS["declined"].events(theirs))  # names a booking of another hotel
    MembershipFactory(
        organization=others.organization, user=UserFactory(username="their-owner"), role=Role.OWNER
    )
    return others


def theirs(model, organization):
    key = "pk" if model is Organization else "organization"
    return model.objects.filter(**{key: organization.pk})


@pytest.mark.parametrize("model", MODELS)
def test_each_hotel_has_rows_to_hide(model, both):
    assert theirs(model, both.organization).exists()


@pytest.mark.parametrize("role", Role)
def test_no_list_shows_a_row_of_another_hotel(role, both, hired):
    client = hired(role)

    for model in MODELS:
        rows = client.get(listed(model)).context["cl"].result_list
        owners = {row.pk if model is Organization else row.organization_id for row in rows}
        assert both.organization_id not in owners, model


@pytest.mark.parametrize("model", MODELS)
def test_a_page_of_another_hotel_answers_as_a_missing_one(model, both, hired):
    client = hired(Role.OWNER)
    row = theirs(model, both.organization).first()
    missing = model(pk="00000000-0000-4000-8000-000000000000")

    for action in ("change", "history", "delete"):
        of_theirs = client.get(page(row, action))
        of_none = client.get(page(missing, action))
        assert of_theirs.status_code == of_none.status_code, action
        assert of_theirs.status_code in (302, 403), action
    assert client.post(page(row), {"name": "Mine now"}).status_code in (302, 403)
    row.refresh_from_db()
    assert "Mine now" not in str(row)


def test_no_filter_search_or_lookup_tells_of_another_hotel(both, hired):
    client = hired(Role.OWNER)

    for query in ({"organization": both.organization_id}, {"account": "acct_asagiri"}):
        for model in (WebhookEvent, PaymentTransaction, Charge):
            rows = client.get(listed(model), query).context["cl"].result_list
            assert both.organization_id not in {row.organization_id for row in rows}
    for typed in ("AS-1001", "Theirs alone"):
        for model in (PaymentTransaction, Charge, Reservation, Guest):
            assert not client.get(listed(model), {"q": typed}).context["cl"].result_list
    for model in (WebhookEvent, PaymentTransaction, Reservation):
        assert "Asagiri" not in client.get(listed(model)).content.decode()


def test_autocomplete_offers_ones_own_guests_alone(both, booking, hired):
    client = hired(Role.FRONT_DESK)
    query = {"app_label": "reservations", "model_name": "reservation", "field_name": "guest"}

    answer = client.get(reverse("admin:autocomplete"), query)

    assert [found["text"] for found in answer.json()["results"]] == [booking.guest.name]


def test_a_booking_takes_no_house_and_no_guest_of_another_hotel(both, booking, hired):
    client = hired(Role.MANAGER)
    fields = stay_fields(booking)

    for name, value in (("property", both.property_id), ("guest", both.guest_id)):
        answer = client.post(page(booking), {**fields, name: value})
        assert answer.status_code == 200
        assert answer.context["adminform"].form.errors.keys() == {name}


def test_the_first_page_counts_ones_own_hotel_alone(both, hired):
    shown = hired(Role.OWNER, organization="asagiri").get(reverse("admin:index"))

    ours = Alert.objects.exclude(organization=both.organization)
    assert ours.exists()
    assert len(shown.context["alerts"]) == theirs(Alert, both.organization).count()
    for payment in PaymentTransaction.objects.exclude(organization=both.organization):
        assert payment.stripe_id not in shown.content.decode()


# Houses ------------------------------------------------------------------


@pytest.fixture
def seaside(stripe, booking):
    """A booking at the other house of the same hotel, paid as the first one was."""
    house = PropertyFactory(organization=booking.organization, slug="seaside")
    stay = ReservationFactory(property=house, guest__name="Guest by the sea")
    for each in (booking, stay):
        stripe.sends(SCENARIOS["deposit_and_balance"].events(stay_of(each, seed=each.pk.int % 97)))
    stripe.sends(SCENARIOS["dashboard_payment"].events(stay_of(booking)))
    return stay


def test_staff_of_one_house_see_that_house(seaside, booking, hired):
    client = hired(Role.FRONT_DESK, houses=[booking.property])

    for model in (PaymentTransaction, Charge, Alert, Reservation):
        rows = client.get(listed(model)).context["cl"].result_list
        assert {row.property_id for row in rows} <= {booking.property_id}, model
    assert client.get(page(booking)).status_code == 200
    assert client.get(page(seaside)).status_code == 302
    guests = client.get(listed(Guest)).context["cl"].result_list
    assert seaside.guest not in guests
    assert booking.guest in guests


def test_what_belongs_to_no_house_is_for_those_who_see_all(seaside, booking, hired):
    loose = PaymentTransaction.objects.filter(reservation=None).first()
    of_one_house = hired(Role.MANAGER, houses=[booking.property])

    assert hired(Role.MANAGER).get(page(loose)).status_code == 200
    assert of_one_house.get(page(loose)).status_code == 302
    for model, name in ((WebhookEvent, "Webhook events"), (OwedRead, "Re-reads")):
        assert model.objects.exists()
        assert not of_one_house.get(listed(model)).context["cl"].result_list
        assert name not in of_one_house.get(reverse("admin:index")).content.decode()


def test_a_booking_shows_no_money_of_another_house(seaside, booking, hired):
    client = hired(Role.FRONT_DESK, houses=[booking.property])
    loose = PaymentTransaction.objects.filter(reservation=None).first()
    Reservation.objects.filter(pk=booking.pk).update(
        total=loose.amount_received + booking.total, paid_amount=0
    )

    assert loose.stripe_id in hired(Role.MANAGER).get(page(booking)).content.decode()
    assert loose.stripe_id not in client.get(page(booking)).content.decode()


# Roles -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "may"),
    [
        (Role.OWNER, True),
        (Role.MANAGER, True),
        (Role.FRONT_DESK, True),
        (Role.FINANCE, True),
        (Role.READ_ONLY, False),
    ],
)
def test_who_may_change_a_booking(role, may, booking, hired):
    client = hired(role)

    answer = client.post(page(booking), stay_fields(booking, room="204"))

    booking.refresh_from_db()
    assert answer.status_code == (302 if may else 403)
    assert booking.room == ("204" if may else "")
    assert client.get(reverse("admin:reservations_reservation_add")).status_code == (
        200 if may else 403
    )


def test_who_only_looks_reads_amounts_as_the_currency_writes_them(booking, hired):
    shown = hired(Role.READ_ONLY).get(page(booking)).content.decode()

    assert "€1,200.00" in shown
    assert "120000" not in shown


@pytest.mark.parametrize("role", Role)
def test_no_role_changes_the_hotel_itself_or_who_works_there(role, booking, hired):
    client = hired(role)
    work = Membership.objects.get(user=client.session["_auth_user_id"])
    before = (booking.organization.name, booking.organization.stripe_account_id)

    client.post(page(booking.organization), {"name": "x", "stripe_account_id": "acct_x"})
    booking.organization.refresh_from_db()
    assert (booking.organization.name, booking.organization.stripe_account_id) == before
    assert client.post(page(work), {"role": Role.OWNER}).status_code in (302, 403)
    assert client.get(reverse("admin:auth_user_changelist")).status_code == 403
    work.refresh_from_db()
    assert work.role == role


def test_a_role_counts_in_its_own_hotel_alone(both, booking, hired):
    """Who manages one hotel and only looks at another changes bookings of the first alone."""
    client = hired(Role.MANAGER)
    MembershipFactory(
        user_id=client.session["_auth_user_id"],
        organization=both.organization,
        role=Role.READ_ONLY,
    )

    assert client.post(page(booking), stay_fields(booking)).status_code == 302
    assert client.get(page(both)).status_code == 200
    assert client.post(page(both), stay_fields(both)).status_code == 403
    moved = stay_fields(booking, property=both.property_id)
    assert "property" in client.post(page(booking), moved).context["adminform"].form.errors
