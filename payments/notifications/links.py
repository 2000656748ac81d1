"""The addresses that mails hold: of a booking and an account, for staff; to pay, for a guest."""

from django.conf import settings
from django.core.signing import Signer
from django.urls import reverse
from django.utils import timezone

from payments import hotel
from payments.models import Alert, Notification, PayLink, Payment

SIGNER = "payments.pay_link"  # what is signed for anything else is no token of a link


def absolute(path: str) -> str:
    """Return a whole address; empty where nobody has said how this system is reached."""
    base = settings.SITE_URL.rstrip("/")
    return f"{base}{path}" if base else ""


def booking(reservation_id: object) -> str:
    """Return the address of a booking's page, for staff who log in there."""
    return absolute(hotel.booking_url(reservation_id))  # type: ignore[arg-type]


def account_page(organization: str, house: str = "") -> str:
    """Return the path of the page of an account: of an organization or a house, by its slug."""
    return reverse("payments:account", args=[organization, house] if house else [organization])


def account(row: Alert | Notification) -> str:
    """Return the address of the page of the account that a message is about."""
    return absolute(account_page(row.organization.slug, hotel.house_of(row)))


_OF_ACCOUNTS = (
    *("account_disconnected", "charges_stopped", "payouts_stopped", "requirement_due"),
    *("payout_account_changed", "capability_stopped", "account_silent", "deliveries_fail"),
)
_OF_DISPUTES = ("evidence_due", "evidence_missed", "dispute_closed", "evidence_handed_in")


def is_about_an_account(alert: Alert) -> bool:
    """Say whether an alert is about a Stripe account, not about somebody's money."""
    return alert.kind in _OF_ACCOUNTS


def page_of(alert: Alert) -> str:
    """
    Return the path of the page where something can be done about an alert.

    Empty where there is none. Accounts are shown to those alone who may see them.
    """
    if is_about_an_account(alert):
        return account_page(alert.organization.slug, hotel.house_of(alert))
    if alert.reservation_id:
        tab = "?tab=dispute" if alert.kind in _OF_DISPUTES else ""
        return hotel.booking_url(alert.reservation_id) + tab
    return reverse("payments:unmatched") if alert.kind == "unmatched_money" else ""


def token(link: PayLink) -> str:
    """Return what proves that somebody was given this link; it follows from its id."""
    return str(Signer(salt=SIGNER).sign(link.pk.hex))


def pay(link: PayLink) -> str:
    """Return the address that a guest is sent; whoever has it may pay."""
    return absolute(reverse("payments:pay_link", args=[token(link)]))


def pay_of(id: str) -> str:
    """Return the address of the link of this id."""
    link = PayLink.objects.filter(pk=id).first()
    return pay(link) if link else ""


def of_payment(account: str, livemode: bool, stripe_id: str) -> PayLink | None:
    """Return the link that confirms a payment of this id, the latest; None where there is none."""
    rows = PayLink.objects.filter(
        payment__account=account, payment__livemode=livemode, payment__stripe_id=stripe_id
    )
    return rows.order_by("-pk").first()


def retry(account: str, livemode: bool, stripe_id: str) -> PayLink | None:
    """
    Return a link by which a guest tries a payment again that failed.

    It is made unless there is one that is still good: a bank may refuse a debit after more than a
    week. It keeps the address that it is mailed to. None where the payment does not wait for the
    guest, is of no booking, or is in another currency than its booking: a link asks for the
    booking's.
    """
    found = of_payment(account, livemode, stripe_id)
    if found is not None and not found.has_expired(timezone.now()):
        return _mailed(found)
    payment = Payment.objects.filter(
        account=account, livemode=livemode, stripe_id=stripe_id, reservation__isnull=False
    ).first()
    if payment is None or payment.status != "requires_payment_method" or not payment.amount:
        return None
    stay = hotel.stay(payment.reservation_id)
    if stay is None or stay.currency != payment.currency:
        return None
    return PayLink.objects.create(
        organization_id=payment.organization_id,
        property_id=payment.property_id,
        reservation_id=payment.reservation_id,
        amount=payment.amount,
        currency=payment.currency,
        purpose=payment.purpose,
        payment=payment,
        sent_to=stay.email,
    )


def _mailed(link: PayLink) -> PayLink:
    """Note where a link goes that was made and not mailed yet."""
    stay = hotel.stay(link.reservation_id)
    if not link.sent_to and stay is not None and stay.email:
        link.sent_to = stay.email
        link.save(update_fields=["sent_to"])
    return link
