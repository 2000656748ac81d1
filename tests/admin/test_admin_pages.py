"""Every page of the admin opens, whoever looks and whatever came."""

import pytest
from django.contrib import admin
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst

from organizations.models import Organization, Role
from payments.models import (
    Alert,
    ApplicationFee,
    Charge,
    Customer,
    Invoice,
    Notification,
    Payment,
    PaymentTransaction,
    Transfer,
    WebhookEvent,
)
from payments.notifications.mails import MAILS
from payments.words.mails import MAILS as NAMES
from reservations.models import Reservation
from sandbox import objects
from tests.factories import UserFactory
from tests.support.admin import browser_of, listed, page

OURS = [
    model
    for model in admin.site._registry
    if model._meta.app_label in ("payments", "organizations", "reservations")
]


@pytest.fixture
def customer(told):
    return Customer.objects.create(stripe_id="cus_1", organization=told.organization)


# One row of each sort, for each model that has sorts.
SORTS = {
    WebhookEvent: ("event_type", "state", "reason"),
    PaymentTransaction: ("type", "status", "failure_code"),
    Charge: ("status", "captured", "expired"),
    Alert: ("kind",),
}


def one_of_each_sort(rows):
    sorts = SORTS.get(rows.model)
    if not sorts:
        return rows[:1]
    return {tuple(getattr(row, name) for name in sorts): row for row in rows}.values()


def seen_by(client, model):
    """Return the rows of this model that a browser's owner may see."""
    request = client.get(reverse("admin:index")).wsgi_request
    return admin.site.get_model_admin(model).get_queryset(request)


def test_every_page_opens_for_the_platform(told, customer, root):
    for model in OURS:
        assert root.get(listed(model)).status_code == 200, model
        for row in one_of_each_sort(seen_by(root, model)):
            assert root.get(page(row)).status_code == 200, row
        assert root.get(page(row, "history")).status_code == 200, model


def test_a_list_is_called_as_the_sidebar_calls_it(root):
    groups = root.get(reverse("admin:index")).context["sidebar_navigation"]
    called = {str(item["link"]): item["title"] for group in groups for item in group["items"]}

    for model in OURS:
        if name := called.get(listed(model)):
            assert capfirst(model._meta.verbose_name_plural) == name


@pytest.mark.parametrize("role", Role)
def test_every_page_opens_for_every_role(role, told, customer, hired):
    client = hired(role)

    for model in OURS:
        assert client.get(listed(model)).status_code == 200, model
        for row in seen_by(client, model)[:1]:
            assert client.get(page(row)).status_code == 200, row


def test_an_alert_and_a_mail_stand_under_their_names(told, root):
    alert = Alert.objects.get(kind="unmatched_money")
    mail = Notification.objects.filter(kind="payment_taken").first()

    for row, name in ((alert, "Money without a booking"), (mail, "A guest paid")):
        answer = root.get(page(row)).content.decode()
        assert name in answer
        assert f"{row.kind} {row.object_id}" not in answer


def test_every_mail_has_a_name():
    assert set(NAMES) == set(MAILS)


def test_whoever_works_nowhere_sees_an_empty_first_page(db):
    client = browser_of(UserFactory())

    assert "belongs to no hotel yet" in client.get(reverse("admin:index")).content.decode()
    for model in OURS:
        assert client.get(listed(model)).status_code == 403


def test_somebody_logs_in(client, django_user_model):
    django_user_model.objects.create_user("ana", password="harbour-demo", is_staff=True)
    door = reverse("admin:login")
    assert client.get(door).status_code == 200

    answer = client.post(
        door, {"username": "ana", "password": "harbour-demo", "next": reverse("admin:index")}
    )

    assert answer.url == reverse("admin:index")


def test_whoever_is_no_staff_is_asked_to_log_in(db):
    client = browser_of(UserFactory(is_staff=False))

    assert client.get(listed(WebhookEvent)).status_code == 302


@pytest.mark.parametrize("model", [WebhookEvent, PaymentTransaction, Charge, Alert, Customer])
def test_what_stripe_says_is_neither_added_changed_nor_deleted_here(model, told, customer, root):
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    row = model.objects.first()

    assert root.get(reverse(f"{name}_add")).status_code == 403
    assert root.post(page(row), {"stripe_id": "changed"}).status_code == 403
    assert root.post(reverse(f"{name}_delete", args=[row.pk]), {"post": "yes"}).status_code == 403
    assert "_save" not in root.get(page(row)).content.decode()


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("HB-2481", True),
        ("guest of the", True),
        ("4242", True),
        ("HB-9999", False),
        ("pi_nobody", False),
        ("_(%", False),
    ],
)
def test_a_payment_is_found_by_booking_guest_and_card(typed, found, told, root):
    answer = root.get(listed(PaymentTransaction), {"q": typed})

    assert bool(answer.context["cl"].result_list) is found


def test_a_payment_is_found_by_its_own_id_and_by_its_charge(told, root):
    charge = Charge.objects.exclude(payment=None).first()

    for typed in (charge.payment.stripe_id, charge.stripe_id):
        (row,) = root.get(listed(PaymentTransaction), {"q": typed}).context["cl"].result_list
        assert row.pk == charge.payment_id


def test_unmatched_money_has_a_filter(told, root):
    rows = root.get(listed(PaymentTransaction), {"matched": "no"}).context["cl"].result_list

    assert {row.pk for row in rows} == set(
        Payment.objects.filter(reservation=None, seen=True).values_list("pk", flat=True)
    )
    assert rows


def test_what_went_back_in_part_is_found_as_what_went_back(stripe, root):
    for name, back in (("none", 0), ("part", 200), ("whole", 500)):
        whole = back == 500
        stripe.tells(
            "transfer.updated",
            objects.transfer(seed=name, amount=500, destination="acct_harbour")
            | {"id": f"tr_{name}", "amount_reversed": back, "reversed": whole},
            account=None,
        )
        stripe.tells(
            "application_fee.created",
            objects.application_fee(seed=name, amount=500, account="acct_harbour")
            | {"id": f"fee_{name}", "amount_refunded": back, "refunded": whole},
            account=None,
        )

    for model, asked in ((Transfer, "reversed"), (ApplicationFee, "refunded")):
        for value, found in (("1", {"part", "whole"}), ("0", {"none"}), ("2", set())):
            rows = root.get(listed(model), {asked: value}).context["cl"].result_list
            assert {row.stripe_id.split("_")[1] for row in rows} == found, (model, value)


def test_invoices_are_filtered_by_the_words_that_their_list_shows(root):
    words = root.get(listed(Invoice)).content.decode()

    assert "Given up" in words
    assert "Voided" in words
    assert "Uncollectible" not in words


@pytest.mark.parametrize("typed", ["\x00", "nonsense", "%", "'", "9" * 5000])
def test_filters_take_nonsense(typed, told, root):
    for model in (WebhookEvent, PaymentTransaction, Charge, Alert):
        for taken in admin.site.get_model_admin(model).list_filter:
            answer = root.get(listed(model), {taken.parameter_name: typed})
            assert answer.status_code == 200, (model, taken)
    answer = root.get(listed(Reservation), {"house": typed, "money": typed})
    assert answer.status_code == (400 if "\x00" in typed else 200)


def test_no_address_asks_for_columns_beside_the_filters(told, root):
    for query in ({"stripe_event_id": "\x00"}, {"organization__memberships__user__password": "x"}):
        assert root.get(listed(WebhookEvent), query).status_code == 400
    assert root.get(listed(Reservation), {"code": "\x00"}).status_code == 400


def test_closed_alerts_are_shown_when_asked_for(told, root):
    over = Alert.objects.first()
    Alert.objects.filter(pk=over.pk).update(closed_at=timezone.now())

    def shown(**query):
        return set(root.get(listed(Alert), query).context["cl"].result_list)

    assert over not in shown()
    assert over in shown(standing="closed", kind=over.kind)
    assert over in shown(standing="all", kind=over.kind)


def test_an_organization_keeps_a_time_zone_that_exists(told, root):
    hotel = Organization.objects.get()
    fields = {"name": hotel.name, "slug": hotel.slug, "currency": "eur"}

    assert (
        "There is no such time zone"
        in root.post(page(hotel), {**fields, "timezone": "Mars/Olympus"}).content.decode()
    )
    assert root.post(page(hotel), {**fields, "timezone": "Asia/Tokyo"}).status_code == 302


def test_an_empty_list_asks_nobody_to_add_something(hired, db):
    empty = hired(Role.FINANCE).get(listed(Alert)).content.decode()
    assert "Nothing here" in empty
    assert "Show all" not in empty
    asked = hired(Role.FINANCE).get(listed(Alert), {"q": "ch_1"}).content.decode()
    assert "Nothing fits what was asked for." in asked
