"""Every page × method × role × tenant, by the one table of them."""

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import get_resolver

from organizations.models import Role
from payments import hotel
from payments.hotel import RIGHTS, Right
from payments.models import (
    Alert,
    Customer,
    Dispute,
    EarlyFraudWarning,
    Payment,
    PaymentMethod,
    Review,
)
from payments.operations import attachments
from payments.operations.payments import pay_links
from payments.panels.roles import ROLES, of_rights
from payments.staff.addresses import as_markdown, by_verb
from sandbox import objects
from sandbox.scenarios import SCENARIOS
from tests.api.conftest import rival  # noqa: F401
from tests.api.test_addresses import STRANGER, below
from tests.conftest import stay_of
from tests.factories import AccountFactory, MembershipFactory, PropertyFactory, ReservationFactory
from tests.staff.conftest import somebody
from tests.support.stories import tell

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE"}

# The hotel's own pages, and those for everybody.
HOST = {
    "bookings/": Right.LOOK,
    "bookings/new/": Right.TAKE_PAYMENTS,
    "bookings/<uuid:pk>/": Right.LOOK,
}
PUBLIC = {"", "login/", "logout/", "healthz", "metrics"}
ELSEWHERE = ("api/", "admin/")  # with tables of their own

KINDS = (
    "alerts/<uuid:pk>",
    "bookings/unmatched/<uuid:pk>",
    "bookings/<uuid:pk>",
    "<uuid:payment>",
    "<uuid:card>",
    "<uuid:link>",
    "disputes/<uuid:pk>",
    "warnings/<uuid:pk>",
    "reviews/<uuid:pk>",
    "attachments/<uuid:pk>",
)

ROWS = list(by_verb())
PAGES = [(row.address, method, right) for row in ROWS for method, right in row.rights.items()]
PAGES += [(address, "GET", right) for address, right in HOST.items()]
CASES = [pytest.param(*page, id=f"{page[1]} {page[0]}") for page in PAGES]
OF_SOMETHING = [(address, method) for address, method, _ in PAGES if "<" in address]


@pytest.fixture
def full(stripe, wire, booking):
    """A hotel with one thing of every kind that a page is about."""
    for story in ("fraud_warning_before_arrival", "review_open", "hold", "dashboard_payment"):
        stripe.sends(SCENARIOS[story].events(stay_of(booking)))
    tell(stripe, "dispute_due_tomorrow", booking)
    AccountFactory(stripe_id="acct_sold", property=booking.property)
    owner = MembershipFactory(role=Role.OWNER).user
    file = SimpleUploadedFile("registration.pdf", PDF)
    attachment = attachments.add(booking=booking, file=file, by=owner)
    customer = Customer.objects.create(
        account="acct_harbour",
        stripe_id="cus_guest",
        organization=booking.organization,
        guest_id=booking.guest_id,
        seen=True,
    )
    kept = objects.payment_method(id="pm_guest", customer=customer.stripe_id)
    stripe.tells("payment_method.attached", kept)
    card = PaymentMethod.objects.get(stripe_id="pm_guest")
    link, _ = pay_links.make(
        booking=hotel.bookings([booking.pk])[booking.pk],
        amount=5_000,
        purpose="reservation_payment",
        by=owner,
    )
    payments = Payment.objects.order_by("pk")
    return {
        "alerts/<uuid:pk>": Alert.objects.first(),
        "bookings/unmatched/<uuid:pk>": payments.get(reservation=None),
        "bookings/<uuid:pk>": booking,
        "<uuid:payment>": payments.get(status="requires_capture"),
        "<uuid:card>": card,
        "<uuid:link>": link,
        "disputes/<uuid:pk>": Dispute.objects.get(),
        "warnings/<uuid:pk>": EarlyFraudWarning.objects.first(),
        "reviews/<uuid:pk>": Review.objects.first(),
        "attachments/<uuid:pk>": attachment,
    }


def named(address, ids, organization="harbour", house="downtown"):
    """Return an address of the table with names in it."""
    for part, id in ids.items():
        whole = f"{part.rpartition('/')[0]}/{id}" if "/" in part else str(id)
        address = address.replace(part, whole)
    address = address.replace("<slug:organization>", organization).replace("<slug:house>", house)
    assert "<" not in address, f"{address}: add a thing of its kind to `full`"
    return f"/{address}"


def asked(client, method, address) -> HttpResponse:
    return client.generic(method, address, b"", content_type="application/x-www-form-urlencoded")


def test_every_page_is_in_the_table():
    known = {row.address for row in ROWS} | set(HOST) | PUBLIC
    for address, _ in below(get_resolver().url_patterns):
        if address.startswith(ELSEWHERE):
            continue
        verbs = "<slug:verb>" in address
        assert verbs or address in known, f"{address} is not in payments/staff/addresses.py"


def test_the_tables_are_the_documentations():
    text = Path("docs/roles.md").read_text()

    assert "\n".join(as_markdown()) in text, "put payments.staff.addresses.as_markdown() there"
    assert "\n".join(of_rights()) in text, "put payments.panels.roles.of_rights() there"


def test_who_is_not_logged_in_is_asked_to(db):
    ids = dict.fromkeys(KINDS, STRANGER)
    for address, method, _ in PAGES:
        answer = asked(Client(), method, named(address, ids))

        assert answer.status_code == 302, (method, address)
        assert answer.url.startswith("/login/"), (method, address)


@pytest.mark.parametrize(("address", "method", "right"), CASES)
def test_a_role_may_exactly_what_the_table_says(address, method, right, full):
    page = named(address, {part: row.pk for part, row in full.items()})
    for role in ROLES:
        answer = asked(somebody(role), method, page)

        if role in RIGHTS[right]:
            assert answer.status_code in (200, 302, 422), (role, answer.content)
        else:
            assert answer.status_code == 403, role
            assert "Your role does not let you" in answer.content.decode()


def test_another_tenants_things_are_as_good_as_not_there(full, rival):  # noqa: F811
    owner = somebody(Role.OWNER, organization=rival.organization)
    for address, method in OF_SOMETHING:
        theirs = named(address, {part: row.pk for part, row in full.items()})
        nothing = named(address, dict.fromkeys(full, STRANGER), "nobody", "nowhere")

        for page in (theirs, nothing):
            assert asked(owner, method, page).status_code == 404, (method, page)


def test_another_houses_things_are_as_good_as_not_there(full):
    booking = full["bookings/<uuid:pk>"]
    airport = PropertyFactory(organization=booking.organization, slug="airport")
    ReservationFactory(property=airport, code="HB-9")
    owner = somebody(Role.OWNER, houses=[airport])
    for address, method in OF_SOMETHING:
        if address == "accounts/<slug:organization>/":
            continue  # the organization's own account takes the money of their house, too

        page = named(address, {part: row.pk for part, row in full.items()})

        assert asked(owner, method, page).status_code == 404, (method, page)


def test_other_methods_are_not_allowed(full):
    owner = somebody(Role.OWNER)
    for row in [row for row in ROWS if row.rights]:
        page = named(row.address, {part: each.pk for part, each in full.items()})
        for method in METHODS - set(row.rights):
            assert asked(owner, method, page).status_code == 405, (method, page)
