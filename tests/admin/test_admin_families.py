"""Every family's records have their pages: for each role, of one's own hotel, and only to look."""

from datetime import timedelta

import pytest
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from organizations.models import Role
from payments.models import KINDS, Alert, Notification
from sandbox.scenarios import SCENARIOS
from tests.conftest import stay_of
from tests.factories import (
    AccountFactory,
    CustomerFactory,
    PropertyFactory,
    ReservationFactory,
    UserFactory,
)
from tests.support.admin import browser_of, listed, page
from tests.support.stories import tell

pytestmark = pytest.mark.slow  # a minute and more: every story, for every role

MODELS = sorted(
    {model._meta.concrete_model for model in KINDS.values()} | {Alert, Notification},
    key=lambda model: model.__name__,
)
OF_A_BOOKING = [model for model in MODELS if hasattr(model, "reservation")]
POISON = "<img src=x onerror=alert(1)>{{ 7|add:7 }}\u202e"
MOST = 24  # queries of a list


@pytest.fixture
def told(stripe, booking):
    """Everything that may happen to one hotel."""
    for scenario in SCENARIOS.values():
        stripe.sends(scenario.events(stay_of(booking)))
    return booking


@pytest.fixture
def theirs(stripe, told):
    """Everything that may happen to another hotel, too: a booking of it."""
    house = PropertyFactory(organization__slug="asagiri", slug="yanaka")
    AccountFactory(stripe_id="acct_asagiri", organization=house.organization)
    CustomerFactory(stripe_id="cus_platform_asagiri", organization=house.organization)
    booking = ReservationFactory(code="AS-1001", property=house, guest__name="Theirs alone")
    of_theirs = stay_of(booking, account="acct_asagiri", customer="cus_platform_asagiri", seed=7)
    for scenario in SCENARIOS.values():
        stripe.sends(scenario.events(of_theirs))
    return booking


def rows_of(client, model, **query):
    """Return what a list shows, and what it hides at first."""
    answer = client.get(listed(model), {**everything(model), **query}, follow=True)
    assert answer.status_code == 200, model
    return answer.context["cl"].result_list


def everything(model):
    """Return what to ask of a list that hides what is over."""
    filters = admin.site.get_model_admin(model).list_filter
    hides = any(getattr(each, "all_option", ["", "All"])[1] != "All" for each in filters)
    return {"standing": "all"} if hides else {}


def test_every_kind_of_record_has_a_page():
    for model in MODELS:
        assert model in admin.site._registry, model
        assert reverse(f"admin:payments_{model._meta.model_name}_changelist")


def test_every_row_of_every_family_opens(told, root):
    for model in MODELS:
        rows = list(model.objects.all())
        assert rows, model
        for row in rows[:12]:
            answer = root.get(page(row))
            assert answer.status_code == 200, row
            assert "_save" not in answer.content.decode()


@pytest.mark.parametrize("role", Role)
def test_every_list_and_page_opens_for_every_role(role, told, hired):
    client = hired(role)

    for model in MODELS:
        for row in rows_of(client, model)[:1]:
            assert client.get(page(row)).status_code == 200, row


def test_nothing_is_added_changed_or_deleted(told, root):
    for model in MODELS:
        row = model.objects.first()
        assert root.get(reverse(f"admin:payments_{model._meta.model_name}_add")).status_code == 403
        assert root.post(page(row), {"stripe_id": "changed"}).status_code == 403, model
        assert root.post(page(row, "delete"), {"post": "yes"}).status_code == 403, model


def test_no_list_and_no_page_shows_another_hotels_rows(theirs, hired):
    client = hired(Role.OWNER)

    for model in MODELS:
        of_theirs = model.objects.filter(organization=theirs.organization)
        assert of_theirs.exists(), model
        shown = rows_of(client, model)
        assert shown, model
        assert theirs.organization_id not in {row.organization_id for row in shown}, model
        asked = rows_of(client, model, organization=str(theirs.organization_id))
        assert theirs.organization_id not in {row.organization_id for row in asked}, model
        missing = model(pk="00000000-0000-4000-8000-000000000000")
        for action in ("change", "history", "delete"):
            answers = [client.get(page(row, action)) for row in (of_theirs.first(), missing)]
            assert len({answer.status_code for answer in answers}) == 1, (model, action)
            assert answers[0].status_code in (302, 403), (model, action)


def test_no_search_finds_another_hotels_rows(theirs, hired):
    client = hired(Role.OWNER)

    for model in MODELS:
        row = model.objects.filter(organization=theirs.organization).first()
        for typed in ("AS-1001", "Theirs alone", getattr(row, "stripe_id", "") or row.object_id):
            found = rows_of(client, model, q=typed)
            assert theirs.organization_id not in {each.organization_id for each in found}, model


def test_staff_of_one_house_see_that_house_alone(stripe, booking, hired):
    there = ReservationFactory(property=PropertyFactory(slug="seaside"))
    for name in ("dispute_due_tomorrow", "fraud_warning_before_arrival", "review_open"):
        tell(stripe, name, booking)
        tell(stripe, name, there, seed=2)
    client = hired(Role.FRONT_DESK, houses=[booking.property])

    for model in OF_A_BOOKING:
        shown = rows_of(client, model)
        assert {row.property_id for row in shown} <= {booking.property_id}, model
    for name in ("dispute", "earlyfraudwarning", "review"):
        (row,) = client.get(reverse(f"admin:payments_{name}_changelist")).context["cl"].result_list
        assert row.reservation_id == booking.pk


def test_no_list_asks_more_when_there_is_more(stripe, hired, root, django_assert_max_num_queries):
    manager = hired()

    def fill(rounds):
        for number in rounds:
            stay = ReservationFactory(property=PropertyFactory(slug=f"house-{number}"))
            for name in SCENARIOS:
                stripe.sends(SCENARIOS[name].events(stay_of(stay, seed=number)))

    def asked():
        counts = {}
        for model in MODELS:
            for who, client in (("root", root), ("manager", manager)):
                with django_assert_max_num_queries(MOST) as made:
                    rows = rows_of(client, model)
                counts[who, model] = len(made)
                assert rows, model
        return counts

    fill(range(1, 3))  # a page full: of very few, some is read with one statement
    few = asked()
    fill(range(3, 6))

    assert asked() == few


def test_the_first_page_of_a_hotel_in_trouble_asks_no_more(told, hired, root):
    told.arrival = timezone.localdate() + timedelta(days=3)
    told.save(update_fields=["arrival"])
    for client in (root, hired(Role.OWNER)):
        with CaptureQueriesContext(connection) as made:
            answer = client.get(reverse("admin:index"))
        assert answer.context["risks"]
        assert answer.context["deadlines"]
        assert len(made) <= MOST


def test_what_comes_from_outside_is_text_on_every_page(told, root):
    for model in MODELS:
        texts = [
            field.name
            for field in model._meta.concrete_fields
            if field.get_internal_type() in ("CharField", "TextField")
            and field.name not in ("type", "state", "to", "severity", "account", "currency")
        ]
        row = model.objects.first()
        for name in texts:
            longest = model._meta.get_field(name).max_length or 1_000
            setattr(row, name, POISON[:longest])
        model.objects.filter(pk=row.pk).update(**{name: getattr(row, name) for name in texts})

        for answer in (root.get(listed(model), everything(model)), root.get(page(row))):
            assert answer.status_code == 200, model
            assert "<img src=x" not in answer.content.decode(), model


def test_a_link_to_an_invoice_leads_to_stripe_alone(told, root):
    model = KINDS["invoice"]
    invoice = model.objects.exclude(hosted_invoice_url="").first()
    assert f'href="{invoice.hosted_invoice_url}"' in root.get(page(invoice)).content.decode()

    for address in ("javascript:alert(1)", "data:text/html,x", "//evil.example"):
        model.objects.filter(pk=invoice.pk).update(hosted_invoice_url=address)
        assert address not in root.get(page(invoice)).content.decode()


def test_whoever_works_nowhere_sees_no_list(db):
    client = browser_of(UserFactory())
    for model in MODELS:
        assert client.get(listed(model)).status_code == 403
