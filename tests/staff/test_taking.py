"""The dialogs that take or hold money by card: what is asked of Stripe, once; what is refused."""

import re

import pytest
from django.test import Client

from organizations.models import Role
from payments.models import Payment
from tests.factories import OrganizationFactory, ReservationFactory
from tests.operations.conftest import Far, desk, far, makes_intents, paid, stay  # noqa: F401
from tests.operations.test_charging import on_file  # noqa: F401
from tests.staff.conftest import somebody

pytestmark = pytest.mark.django_db

KEY = "01a21b5b-afc2-7628-ad0e-b0e9a16cb46d"
FIELDS = {"amount": "50", "purpose": "reservation_payment", "key": KEY}


def address(booking, verb="take"):
    return f"/bookings/{booking.pk}/{verb}/"


@pytest.fixture
def asked(stripe, wire):
    """Stripe makes whatever PaymentIntent is asked for."""
    wire.answers = makes_intents
    return wire.asked


@pytest.mark.parametrize(
    ("typed", "amount"), [("50", 5_000), ("50.00", 5_000), ("1,234.50", 123_450)]
)
def test_an_amount_is_typed_as_people_write_it(typed, amount, asked, manager, booking):
    answer = manager.post(address(booking), FIELDS | {"amount": typed}).json()
    payment = Payment.objects.get()
    assert (payment.amount, payment.purpose, payment.capture_method) == (
        amount,
        "reservation_payment",
        "automatic",
    )
    assert answer["amount"] == amount
    assert answer["client_secret"] == f"{payment.stripe_id}_secret_of_the_guest"
    assert answer["status"] == f"/bookings/{booking.pk}/paying/{payment.pk}/"


@pytest.mark.parametrize("typed", ["", "0", "-5", "5,0", "1.234,50", "fifty", "50.001", "9" * 30])
def test_what_makes_no_sense_is_refused_beside_its_field(typed, asked, manager, booking):
    answer = manager.post(address(booking), FIELDS | {"amount": typed})
    assert answer.status_code == 422
    assert set(answer.json()["errors"]) == {"amount"}
    assert not asked
    assert not Payment.objects.exists()


def test_a_hold_takes_nothing(asked, manager, booking):
    manager.post(address(booking, "hold"), FIELDS)
    payment = Payment.objects.get()
    assert (payment.purpose, payment.capture_method) == ("hold", "manual")
    assert asked[-1].form["capture_method"] == "manual"


def test_what_is_due_is_suggested(stripe, wire, manager, booking):
    page = manager.get(address(booking)).content.decode()
    assert 'value="1,200.00"' in page
    assert "Pay €1,200.00" in page
    typed = manager.get(address(booking), {"amount": "1,234.5"}).content.decode()
    assert "Pay €1,234.50" in typed


@pytest.mark.parametrize(("key", "told"), [("pk_test_1", True), ("pk_live_1", False)])
def test_cards_to_try_are_named_in_test_mode_alone(
    key, told, stripe, wire, manager, booking, settings
):
    settings.STRIPE_PUBLISHABLE_KEY = key
    page = manager.get(address(booking)).content.decode()
    assert ("4242 4242 4242 4242" in page) is told


def test_a_card_is_kept_for_later_only_when_that_is_ticked(far, manager, booking):  # noqa: F811
    def usage(**more):
        manager.post(address(booking), FIELDS | more)
        id = Payment.objects.latest("pk").stripe_id
        account = {"stripe_account": "acct_1HarbourHotels00"}
        return far.client.v1.payment_intents.retrieve(id, None, account).setup_future_usage

    assert usage() is None
    assert usage(save="on") == "off_session"


def test_asked_twice_it_is_one_payment_and_another_amount_ends_the_former(far, manager, booking):  # noqa: F811
    first, second = (manager.post(address(booking), FIELDS).json() for _ in range(2))
    assert first == second
    other = manager.post(address(booking), FIELDS | {"amount": "60"}).json()
    assert other["amount"] == 6_000
    assert sorted(Payment.objects.values_list("amount", "status")) == [
        (5_000, "canceled"),
        (6_000, "requires_payment_method"),
    ]


def test_what_was_paid_is_not_paid_again_under_the_same_key(asked, manager, booking):
    manager.post(address(booking), FIELDS)
    Payment.objects.update(status="succeeded")
    answer = manager.post(address(booking), FIELDS).json()
    assert set(answer) == {"status"}
    assert Payment.objects.count() == 1
    assert manager.get(answer["status"]).json()["words"] == "Paid"


def test_what_changed_since_it_was_opened_is_said_and_asked_again(far, manager, booking):  # noqa: F811
    page = manager.get(address(booking)).content.decode()
    fields = FIELDS | {"seen": re.search(r'name="seen" value="([^"]*)"', page)[1]}
    type(booking).objects.update(total=90_000)
    refused = manager.post(address(booking), fields)
    assert refused.status_code == 409
    assert "Total was €1,200.00 and is €900.00 now" in refused.json()["detail"]
    assert not Payment.objects.exists()
    now = refused.json()["now"]
    assert now["due"] == "€900.00 is due."
    assert manager.post(address(booking), fields | {"seen": now["seen"]}).status_code == 200
    assert Payment.objects.get().amount == 5_000


def test_what_its_own_payment_changed_is_not_asked_about(far, on_file, manager, booking):  # noqa: F811
    page = manager.get(address(booking)).content.decode()
    fields = FIELDS | {"seen": re.search(r'name="seen" value="([^"]*)"', page)[1]}
    fields["card"] = str(on_file().pk)
    assert "status" in manager.post(address(booking), fields).json()
    assert "go" in manager.post(address(booking), fields).json()
    manager.post(address(booking), FIELDS)
    Payment.objects.exclude(status="succeeded").update(status="succeeded")
    type(booking).objects.update(paid_amount=10_000)
    assert "status" in manager.post(address(booking), FIELDS | {"seen": fields["seen"]}).json()
    assert Payment.objects.count() == 2


@pytest.mark.parametrize(("verb", "words"), [("take", "Paid"), ("hold", "On hold")])
def test_a_card_on_file_is_charged_once(verb, words, far, on_file, manager, booking):  # noqa: F811
    fields = FIELDS | {"card": str(on_file().pk)}
    assert fields["card"] in manager.get(address(booking, verb)).content.decode()
    first, second = (manager.post(address(booking, verb), fields).json() for _ in range(2))
    assert manager.get(first["status"]).json()["words"] == words
    assert second == {"go": f"/bookings/{booking.pk}/"}
    assert Payment.objects.count() == 1


def test_a_card_of_nobody_is_refused(far, on_file, manager, booking):  # noqa: F811
    on_file()
    answer = manager.post(address(booking), FIELDS | {"card": str(booking.pk)})
    assert answer.status_code == 422
    assert set(answer.json()["errors"]) == {"card"}


def test_beyond_its_limit_the_front_desk_charges_no_card_on_file(far, on_file, booking):  # noqa: F811
    booking.organization.limits = {"charge": 4_000}
    booking.organization.save()
    fields = FIELDS | {"card": str(on_file().pk)}
    answer = somebody(Role.FRONT_DESK).post(address(booking), fields)
    assert answer.status_code == 403
    assert "up to €40.00" in answer.json()["detail"]
    assert not Payment.objects.exists()


def test_a_canceled_booking_pays_for_extras_alone(asked, manager, booking):
    booking.status = "canceled"
    booking.save()
    assert set(manager.post(address(booking), FIELDS).json()["errors"]) == {"purpose"}
    assert manager.post(address(booking, "hold"), FIELDS).status_code == 409
    extra = FIELDS | {"purpose": "extra_charge"}
    assert manager.post(address(booking), extra).status_code == 200


def test_without_an_account_no_fields_are_shown(wire, manager, booking):
    page = manager.get(address(booking)).content.decode()
    assert "No card can be taken for this booking." in page
    assert "data-card-entry" not in page
    assert manager.post(address(booking), FIELDS).status_code == 409


@pytest.mark.parametrize("role", Role.values)
def test_whoever_takes_payments_may(role, asked, booking):
    client, may = somebody(role), role != Role.READ_ONLY
    page = client.get(f"/bookings/{booking.pk}/").content.decode()
    for verb in ("take", "hold"):
        where = address(booking, verb)
        assert (f'hx-get="{where}"' in page) is may
        assert client.get(where).status_code == (200 if may else 403)
        assert client.post(where, FIELDS).status_code == (200 if may else 403)
    for payment in Payment.objects.all():
        assert client.get(f"{address(booking, 'paying')}{payment.pk}/").status_code == 200
    assert Payment.objects.exists() is may


def test_what_is_anothers_is_not_there(asked, manager, booking):
    manager.post(address(booking), FIELDS)
    paying = f"{address(booking, 'paying')}{Payment.objects.get().pk}/"
    stranger = somebody(organization=OrganizationFactory(slug="asagiri"))
    for where in (address(booking), address(booking, "hold"), paying):
        assert stranger.get(where).status_code == 404
        assert Client().get(where).status_code == 302
    assert stranger.post(address(booking), FIELDS).status_code == 404
    other = ReservationFactory()
    elsewhere = paying.replace(str(booking.pk), str(other.pk))
    assert manager.get(elsewhere).status_code == 404


def test_the_fields_say_what_they_are_for(stripe, wire, manager, booking, settings):
    settings.STRIPE_PUBLISHABLE_KEY = "pk_test_of_the_tests"
    page = manager.get(address(booking, "hold")).content.decode()
    fields = re.search(r"<[^>]*data-key=[^>]*>", page)[0]
    said = dict(re.findall(r'data-(\w+)="([^"]*)"', fields))
    assert said | {"script": ""} == {
        "script": "",
        "key": "pk_test_of_the_tests",
        "account": "acct_harbour",
        "amount": "120000",
        "currency": "eur",
        "capture": "manual",
    }
