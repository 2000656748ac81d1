"""How a hotel joins: an account at Stripe, the link to Stripe's pages for it, and letting go."""

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import structlog
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from payments import conf, hotel
from payments.errors import Invalid, NotAsThingsStand
from payments.gateway import accounts as gateway
from payments.gateway import errors
from payments.hotel import Right
from payments.models import ConnectedAccount, OutgoingRequest
from payments.models.base import time_ordered_id
from payments.models.outgoing import written_on
from payments.operations import acting, activity, outcome
from payments.operations.connect import accounts
from payments.outgoing import answers, keeping, promises
from payments.records import accounts as places
from payments.records import settling

logger = structlog.get_logger(__name__)

# Who is responsible for what (docs.stripe.com/connect/migrate-to-controller-properties): the hotel
# has its own full dashboard and pays its fees; Stripe collects requirements and bears losses.
CONTROLLER = {
    "stripe_dashboard": {"type": "full"},
    "fees": {"payer": "account"},
    "losses": {"payments": "stripe"},
    "requirement_collection": "stripe",
}
DASHBOARD = "https://dashboard.stripe.com/"
STRIPE = "https://api.stripe.com"
WHERE_TO_FINISH = (
    "Here nothing is asked about the account any more. To close the connection at Stripe, too, "
    "open the account's dashboard: Settings, Connected platforms, Disconnect."
)


class StripeAway(NotAsThingsStand):
    """Stripe did not answer; nothing was made, so it may simply be asked again."""

    code = "stripe_unreachable"


@dataclass(frozen=True)
class Begun:
    """The account of a place, and whether it was made just now."""

    account: ConnectedAccount
    made: bool


@dataclass(frozen=True)
class Link:
    """A way into Stripe's pages for one person, once; whoever has it gets in. Never kept."""

    url: str
    expires_at: datetime


@dataclass(frozen=True)
class LetGo:
    """An account that was let go, and where to finish it when Stripe was not told."""

    account: ConnectedAccount
    finish_at: str  # an address at Stripe; empty where nothing is left to do
    how: str


def begin(
    *, organization: hotel.Group, house: hotel.House | None = None, country: str = "", by: Any
) -> Begun:
    """
    Return the account that takes a place's new money, made at Stripe unless there is one.

    :param house: where each house has its own; None for the organization's own.
    :param country: two letters, as Stripe wants it; empty lets Stripe ask.
    :raises Refused: they may not, or the organization keeps its accounts the other way.
    """
    property_id = house.property_id if house else None
    hotel.require(by, Right.MANAGE_ACCOUNTS, organization.id, property_id)
    per_house = organization.architecture == hotel.PER_PROPERTY
    if per_house and house is None:
        raise Invalid("property", "Each house has its own account here: say which house.")
    if not per_house and house is not None:
        raise Invalid("property", "One account takes the money of all houses here.")
    if country and not (len(country) == 2 and country.isascii() and country.isalpha()):
        raise Invalid("country", "A country is two letters, as PT.")
    acting.require_key()
    place = (organization.id, property_id)
    with transaction.atomic():
        accounts.one_at_a_time(f"{organization.id} {property_id}")
        there = _open_account(place)
        if there is not None:
            return Begun(there, made=False)
        account = ConnectedAccount.objects.create(
            id=time_ordered_id(),
            organization_id=organization.id,
            property_id=property_id,
            livemode=conf.asks_live(),
        )
        hints = {"orgId": organization.id} | ({"propertyId": property_id} if property_id else {})
        params: dict[str, Any] = {
            "controller": CONTROLLER,
            "business_profile": {"name": house.name if house else organization.name},
            "capabilities": {
                "card_payments": {"requested": True},
                "transfers": {"requested": True},
            },
            "metadata": written_on(account.pk, hints),
        }
        if country:
            params["country"] = country.upper()
        request = promises.promise(
            "account", about=account, account="", livemode=account.livemode, params=params, by=by
        )
        activity.note("account_begun", of=account, by=by)
    kept = keeping.keep(request)
    account.refresh_from_db()
    if kept.state == OutgoingRequest.State.REFUSED:
        account.delete()
        outcome.refuse(kept)
    return Begun(account, made=True)


def _open_account(place: places.Place) -> ConnectedAccount | None:
    """Return the account of a place that is connected, or that Stripe is being asked for."""
    rows = ConnectedAccount.objects.filter(
        organization=place[0], property=place[1], livemode=conf.asks_live()
    )
    for account in rows.order_by("-connected_at", "-pk"):
        if account.is_connected:
            return account
    return None


def link(*, account: ConnectedAccount, page: str, by: Any) -> Link:
    """
    Make a link to the pages where a hotel tells Stripe about itself; for one use, and for minutes.

    :param page: the whole address of the account's own page. Stripe sends people back there: with
        `again` whoever comes with a used link, and with `from` whoever is done, which proves
        nothing.
    :raises Refused: they may not, the account was let go, or Stripe does not answer.
    """
    _require(account, by)
    params = {
        "account": account.stripe_id,
        "refresh_url": f"{page}?again=1",
        "return_url": f"{page}?from=stripe",
        "type": "account_onboarding",
        "collection_options": {"fields": "eventually_due"},
    }
    try:
        made = gateway.link(params=params, key=str(uuid.uuid4())).object
    except errors.Disconnected as error:
        settling.note_let_go(account, error.at)
        raise acting.AccountDisconnected("Stripe does not let us act for this account.") from error
    except errors.Final as error:
        raise outcome.RefusedByStripe(f"Stripe refused: {error.message}") from error
    except errors.Undecided as error:
        raise StripeAway("Stripe does not answer right now. Try again in a moment.") from error
    logger.info("account_link.made", account=account.stripe_id, by=by.pk)
    return Link(made["url"], datetime.fromtimestamp(made["expires_at"], UTC))


def dashboard(account: ConnectedAccount) -> str:
    """Return where a hotel looks at its account at Stripe; of a stand-in, at the stand-in's."""
    base = settings.STRIPE_API_BASE.rstrip("/")
    if base == STRIPE:
        return f"{DASHBOARD}{account.stripe_id}"
    return f"{base}/?{urlencode({'account': account.stripe_id})}"


def refresh(*, account: ConnectedAccount, by: Any) -> ConnectedAccount:
    """
    Read an account again now.

    :raises Refused: they may not see it, it was let go, or Stripe does not answer.
    """
    hotel.require(by, Right.SEE_ACCOUNTS, account.organization_id, account.property_id)
    _require_open(account)
    read_again(account)
    account.refresh_from_db()
    return account


def read_again(account: ConnectedAccount) -> None:
    """
    Read an account and note what it shows; whoever may not read it is not connected.

    :raises StripeAway: Stripe does not answer.
    :raises RefusedByStripe: our key may not read it.
    """
    try:
        answer = gateway.retrieve(account.stripe_id)
    except (errors.Disconnected, errors.Gone) as error:
        settling.note_let_go(account, error.at)
        return
    except errors.Final as error:
        raise outcome.RefusedByStripe(f"Stripe refused: {error.message}") from error
    except errors.GatewayError as error:
        raise StripeAway("Stripe does not answer right now. Try again in a moment.") from error
    with transaction.atomic():
        answers.apply(
            [answer.object],
            account=account.stripe_id,
            livemode=account.livemode,
            organization_id=account.organization_id,
            at=answer.at,
        )


def disconnect(*, account: ConnectedAccount, by: Any) -> LetGo:
    """
    Let go of an account: at Stripe where the platform's client id is set, else on our side.

    Its history stays, and what was paid there is refunded there once it is connected again.

    :raises Refused: they may not, or it was let go already.
    """
    hotel.require(by, Right.MANAGE_ACCOUNTS, account.organization_id, account.property_id)
    with transaction.atomic():
        held = accounts.hold([account.stripe_id])
        row = next((each for each in held if each.pk == account.pk), None)
        if row is None or not row.is_connected:
            raise acting.AccountDisconnected("This account was let go already.")
        activity.note("account_let_go", of=row, by=by)
        if not settings.STRIPE_CLIENT_ID:
            settling.close_connection(row, timezone.now(), here=True)
            row.refresh_from_db()
            return LetGo(row, DASHBOARD, WHERE_TO_FINISH)
        acting.require_key()
        acting.require_mode(row)
        request = promises.promise(
            "disconnect",
            about=row,
            account="",
            livemode=row.livemode,
            target=row.stripe_id,
            params={"client_id": settings.STRIPE_CLIENT_ID},
            by=by,
        )
    kept = keeping.keep(request)
    row.refresh_from_db()
    if kept.state == OutgoingRequest.State.REFUSED:
        outcome.refuse(kept)
    return LetGo(row, "", "")


def _require(account: ConnectedAccount, by: Any) -> None:
    hotel.require(by, Right.MANAGE_ACCOUNTS, account.organization_id, account.property_id)
    _require_open(account)


def _require_open(account: ConnectedAccount) -> None:
    acting.require_key()
    if not account.stripe_id:
        raise StripeAway("Stripe has not made this account yet. Try again in a moment.")
    if not account.is_connected:
        raise acting.AccountDisconnected("This account was let go. Connect it again first.")
    acting.require_mode(account)
