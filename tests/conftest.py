"""What every test may ask for."""

import pytest

from organizations.models import Role
from payments.gateway import api
from sandbox.scenarios import Stay
from tests.factories import (
    AccountFactory,
    CustomerFactory,
    MembershipFactory,
    ReservationFactory,
    UserFactory,
)
from tests.support import asking, logs
from tests.support.smtp import MailServer
from tests.support.stripe import Stripe
from tests.support.wire import Wire

CUSTOMER = "cus_platform_harbour"  # whom the platform bills for the hotel


@pytest.fixture(autouse=True)
def _files(settings, tmp_path_factory):
    """Keep what a test uploads out of the system's own files."""
    settings.PAYMENTS_ATTACHMENTS = tmp_path_factory.getbasetemp() / "attachments"


@pytest.fixture(autouse=True)
def checked(monkeypatch):
    """Every request that we make of Stripe names its account and carries a key."""
    wrong = []
    monkeypatch.setattr("stripe._api_requestor._generate_idempotency_key", asking.made_up)
    monkeypatch.setattr(api, "_client", asking.watched(api._client, wrong))
    yield wrong
    assert not wrong, wrong[0]


@pytest.fixture(autouse=True)
def logged():
    """No log ever tells a secret, a card, or who somebody is; these are its lines."""
    with logs.watched() as lines:
        yield lines


@pytest.fixture
def stripe(db):
    """Stripe at the other end of the wire, with one hotel's account connected and billed."""
    account = AccountFactory()
    CustomerFactory(stripe_id=CUSTOMER, organization=account.organization)
    return Stripe()


@pytest.fixture
def booking(db):
    """A booking of €1,200.00 that owes everything."""
    return ReservationFactory(code="HB-2481")


@pytest.fixture
def manager(db):
    """A manager of Harbour Hotels who has an e-mail address."""
    return MembershipFactory(role=Role.MANAGER, user=UserFactory(email="maria@example.com")).user


@pytest.fixture
def post_office(settings):
    """A mail server of the tests' own, which the hotel sends its mails to."""
    with MailServer() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        settings.EMAIL_TIMEOUT = 0.5
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        yield server


@pytest.fixture
def wire(settings):
    """Stripe at the far side of the wire, with answers that the test names."""
    server = Wire()
    settings.STRIPE_SECRET_KEY = "sk_test_of_the_tests"
    settings.STRIPE_API_BASE = server.url
    settings.STRIPE_TIMEOUT = 1.0
    yield server
    server.close()


def stay_of(booking, account="acct_harbour", **fields):
    """Return a booking as a scenario needs to know it."""
    return Stay(
        account=account,
        reservation=str(booking.pk),
        organization=str(booking.organization_id),
        property=str(booking.property_id),
        code=booking.code,
        currency=booking.currency,
        total=booking.total,
        **{"customer": CUSTOMER} | fields,
    )
