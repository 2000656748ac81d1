"""What mails say: the right names, sums, days and hours, and nothing that could be code."""

import re
from datetime import date, timedelta
from email import message_from_bytes
from email.header import decode_header, make_header
from html.parser import HTMLParser

import pytest
from django.core import mail
from django.utils import timezone

from payments import hotel
from payments.models import KINDS, Notification, PayLink
from payments.notifications import delivery
from payments.notifications.mails import MAILS
from payments.operations import mails
from payments.operations.connect import accounts
from payments.operations.payments import pay_links
from payments.webhooks import worker
from sandbox import events, objects
from sandbox.scenarios import SCENARIOS
from tests.conftest import stay_of
from tests.factories import (
    AccountFactory,
    GuestFactory,
    OrganizationFactory,
    PropertyFactory,
    ReservationFactory,
)
from tests.notifications.conftest import deliver_all, later

pytestmark = pytest.mark.usefixtures("manager")


def told(kind):
    """Return the newest mail of a kind as it would go out now."""
    return delivery.compose(Notification.objects.filter(kind=kind).latest("pk"))


def days_from_now(days):
    return int((timezone.now() + timedelta(days=days)).timestamp())


def words(message):
    """Return a mail's text with every run of spaces and line breaks as one space."""
    return _spaced(message.body)


def _spaced(text):
    return re.sub(r"[ \n]+", " ", text).strip()


class Reader(HTMLParser):
    """What a person reads of a page, and the tags it is made of."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.said, self.hidden = [], [], False
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self.hidden = tag in ("style", "title")

    def handle_endtag(self, tag):
        self.hidden = False

    def handle_data(self, data):
        if not self.hidden:
            self.said.append(data)

    @property
    def words(self):
        return _spaced(" ".join(self.said))


def read(message):
    ((html, kind),) = message.alternatives
    assert kind == "text/html"
    return Reader(html)


# What they say -----------------------------------------------------------


@pytest.fixture
def stay(stripe):
    """A booking of somebody with a name, at a house with a name."""
    return ReservationFactory(
        code="HB-2481",
        guest=GuestFactory(name="Søren Østergaard", email="soren@example.com"),
        property=PropertyFactory(name="Harbour Downtown"),
        arrival=date(2096, 12, 29),
        departure=date(2097, 1, 2),
    )


def test_a_receipt(stripe, stay):
    stripe.sends(SCENARIOS["deposit_and_balance"].events(stay_of(stay))[:5])

    receipt = told("payment_received")

    assert receipt.subject == "[Test] Receipt for your payment of €360.00 (HB-2481)"
    assert receipt.message()["From"] == "Harbour Downtown <hotel@localhost>"
    assert receipt.message()["To"] == "=?utf-8?b?U8O4cmVuIMOYc3RlcmdhYXJk?= <soren@example.com>"
    text = words(receipt)
    assert "Dear Søren Østergaard, We have received €360.00 as the deposit for your stay." in text
    assert "€840.00 of your stay is still to pay." in text
    assert "Booking: HB-2481" in text
    assert "Stay: 29 December 2096 to 2 January 2097" in text
    assert "Test mode: no real money moved." in text
    assert "127.0.0.1" not in text


def test_a_stay_that_is_paid_says_so(stripe, stay):
    stripe.sends(SCENARIOS["deposit_and_balance"].events(stay_of(stay)))

    assert "Your stay is paid in full." in words(told("payment_received"))


def test_a_hotels_own_bills_are_not_taken_for_those_of_the_hotel_system(stripe, stay):
    events = SCENARIOS["schedule_expiring"].events(stay_of(stay, start=days_from_now(-23)))
    ours, theirs = "of the hotel system", "customer"

    stripe.sends(events)
    for kind in ("invoice_upcoming", "schedule_expiring"):
        assert theirs not in words(told(kind))
    for event in events:
        stripe.sends([event | {"id": f"{event['id']}x", "account": "acct_harbour"}])
    for kind in ("invoice_upcoming", "schedule_expiring"):
        said = words(told(kind))
        assert theirs in said
        assert ours not in said


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("schedule_canceled", "What was planned for your subscription"),
        ("schedule_aborted", "Your plan was not paid, so Stripe has ended it."),
    ],
)
def test_a_plan_that_nobody_paid_is_told_as_that(stripe, stay, name, says):
    stripe.sends(SCENARIOS[name].events(stay_of(stay)))

    assert says in words(told("schedule_canceled"))


@pytest.mark.parametrize(
    ("currency", "total", "zone", "says"),
    [
        ("jpy", 84_000, "Asia/Tokyo", ["¥84,000", "21:00 (Tokyo\xa0time)"]),
        ("kwd", 120_500, "Asia/Kuwait", ["KWD\xa0120.500", "15:00 (Kuwait\xa0time)"]),
        ("usd", 32_440, "America/New_York", ["$324.40", "07:00 (New York\xa0time)"]),
        ("eur", 1_000, "UTC", ["€10.00", "12:00 (UTC)"]),
    ],
)
def test_sums_and_hours_are_the_currencys_and_the_houses(stripe, currency, total, zone, says):
    house = PropertyFactory(timezone=zone)
    booking = ReservationFactory(property=house, currency=currency, total=total)
    stripe.sends(SCENARIOS["decline_retry_success"].events(stay_of(booking, start=1_793_620_800)))

    text = words(told("payment_received"))

    for each in says:
        minutes_later = each.replace(":00 (", ":03 (")  # the second attempt
        assert minutes_later in text


def test_a_failed_payment_tells_the_guest_what_to_do(stripe, stay):
    stripe.sends(SCENARIOS["declined"].events(stay_of(stay)))

    guests, hotels = told("payment_failed_guest"), told("payment_failed")

    assert guests.subject == "[Test] Your payment of €360.00 did not go through (HB-2481)"
    assert "Nothing was taken, and your booking stands." in words(guests)
    assert "contact Harbour Downtown and name your booking, HB-2481" in words(guests)
    assert "Søren Østergaard could not pay €" in words(hotels)
    for said in (words(hotels), read(hotels).words):
        assert "Dear" not in said
    assert "The guest is told by mail." in words(hotels)


@pytest.mark.parametrize("code", ["stolen_card", "fraudulent", "pickup_card", "lost_card"])
def test_what_a_bank_suspects_is_not_told_to_the_guest(code, stripe, stay):
    intent = objects.payment_intent(
        status="requires_payment_method",
        amount=50_000,
        metadata={"reservationId": stay.code},
        last_payment_error={"code": "card_declined", "decline_code": code, "message": "No."},
    )
    stripe.tells("payment_intent.payment_failed", intent)

    assert "Your bank did not allow it." in words(told("payment_failed_guest"))
    assert "Your bank did not allow it." not in words(told("payment_failed"))


def test_a_hold_taken_in_part_says_what_was_let_go(stripe, stay):
    stripe.sends(SCENARIOS["hold_partial_capture"].events(stay_of(stay)))

    taken = told("hold_captured")

    assert taken.subject == "[Test] €120.00 taken of the €240.00 held on your card (HB-2481)"
    assert "The other €120.00 is released." in words(taken)
    assert not Notification.objects.filter(kind="payment_received").exists()


def test_a_dispute_says_by_when_the_hotel_must_answer(stripe, stay):
    stripe.sends(SCENARIOS["dispute_won"].events(stay_of(stay, start=4_000_000_000))[:6])

    opened = told("dispute_opened")

    asked = "Dispute: a bank asks €1,200.00 back for HB-2481"
    assert re.fullmatch(rf"\[Test\] {asked}, answer by \d+ \w+ 2096", opened.subject)
    due = Notification.objects.get(kind="dispute_opened").facts["at"]
    assert due > "2096"
    by = r"\w+day \d+ \w+ 2096, \d\d:\d\d \(Lisbon\xa0time\)"
    assert re.search(rf"Send your evidence by {by}\.", words(opened))
    assert f"http://127.0.0.1:8000/bookings/{stay.pk}/" in opened.body


def test_a_link_needs_a_login_and_there_is_none_where_nobody_said_where_we_are(
    stripe, stay, settings, client
):
    stripe.sends(SCENARIOS["dispute_won"].events(stay_of(stay))[:8])
    link = f"/bookings/{stay.pk}/"
    assert client.get(link).status_code == 302

    settings.SITE_URL = ""

    assert link not in told("dispute_opened").alternatives[0][0]
    assert link not in told("dispute_opened").body


def test_an_account_that_was_stopped_says_why_and_who_arrives(stripe, stay):
    today = timezone.localdate()
    ReservationFactory(property=stay.property, arrival=today, departure=date.max)
    ReservationFactory(property=stay.property, arrival=today, departure=date.max, total=0)
    for gone in ("canceled", "no_show"):
        ReservationFactory(property=stay.property, arrival=today, departure=date.max, status=gone)
    stripe.sends(SCENARIOS["account_restricted"].events(stay_of(stay)))

    stopped = words(told("charges_stopped"))

    assert "Stripe asked for something and did not get it in time" in stopped
    assert "a document of the company" in stopped
    for kind in ("charges_stopped", "requirement_due"):
        assert "1 booking arrives in the next 14 days and still owes money." in words(told(kind))
        assert "http://127.0.0.1:8000/accounts/harbour/\n" in told(kind).body
    unpaid = words(told("payouts_stopped"))
    assert "The money stays at Stripe" in unpaid
    assert "Guests can pay" not in unpaid


def test_nobody_arrives_at_an_account_that_takes_no_new_money_any_more(stripe, stay):
    today = timezone.localdate()
    ReservationFactory(property=stay.property, arrival=today, departure=date.max)
    accounts.connect(stripe_id="acct_new", livemode=False, organization_id=stay.organization_id)

    stripe.sends(SCENARIOS["account_deauthorized"].events(stay_of(stay)))

    assert "in the next 14 days" not in words(told("account_disconnected"))


# From whom, to whom ------------------------------------------------------


def test_a_guest_who_answers_writes_to_the_house(stripe, stay):
    stay.property.email = "desk@harbour.example"
    stay.property.save()
    stripe.sends(SCENARIOS["declined"].events(stay_of(stay)))

    guests, hotels = told("payment_failed_guest"), told("payment_failed")

    assert guests.message()["Reply-To"] == "Harbour Downtown <desk@harbour.example>"
    assert "answer this mail and name your booking, HB-2481" in words(guests)
    for said in (words(guests), read(guests).words):
        assert "A question? Answer this mail, and Harbour Downtown reads it." in said
    assert hotels.message()["Reply-To"] is None
    assert "Answer this mail" not in words(hotels)


@pytest.mark.parametrize("desk", ["", "desk", "desk@harbour.example\nBcc: thief@example.com"])
def test_where_nobody_reads_answers_none_is_asked_for(desk, stripe, stay):
    stay.property.email = desk
    stay.property.save()
    stripe.sends(SCENARIOS["declined"].events(stay_of(stay)))

    told_guest = told("payment_failed_guest")

    assert told_guest.message()["Reply-To"] is None
    assert "thief@example.com" not in told_guest.message().as_string()
    assert "Answer this mail" not in words(told_guest)


@pytest.mark.parametrize(
    "name",
    ["Håndverkernes Hus", "山水館" * 30, "Ø" * 200, "Grand Hôtel “Ω”, Spa <& Golf>", "x" * 200],
)
def test_names_stand_in_words_that_every_mail_program_reads(name, stripe, post_office):
    booking = ReservationFactory(
        guest=GuestFactory(name=name), property=PropertyFactory(name=name, email="desk@x.example")
    )
    stripe.sends(SCENARIOS["deposit_and_balance"].events(stay_of(booking)))

    mails.deliver()

    heads = [raw.partition(b"\r\n\r\n")[0] for raw in post_office.bodies]
    (head, _) = [head for head in heads if b"<guest@example.com>" in head]
    assert head.isascii()
    assert all(len(word) <= 75 for word in head.split() if word.startswith(b"=?"))
    for header, address in [
        ("From", "hotel@localhost"),
        ("To", "guest@example.com"),
        ("Reply-To", "desk@x.example"),
    ]:
        read = str(make_header(decode_header(message_from_bytes(head)[header])))
        shown, _, of = read.rpartition(" ")
        assert of == f"<{address}>"
        assert shown == (name if len(name) <= 150 else name[:149] + "…")


@pytest.mark.parametrize(
    ("address", "rcpt"),
    [
        ("o'brien+spa@example.com", "o'brien+spa@example.com"),
        ('"a,b"@example.com', '"a,b"@example.com'),
        ("gast@bücher.example", "gast@xn--bcher-kva.example"),
    ],
)
def test_an_odd_address_is_written_to_as_it_is(address, rcpt, stripe, post_office):
    booking = ReservationFactory(guest=GuestFactory(name="Søren, B.", email=address))
    stripe.sends(SCENARIOS["decline_retry_success"].events(stay_of(booking)))

    mails.deliver()

    assert [rcpt] in post_office.addressed
    (to_guest,) = [each for each in post_office.mails if "Søren, B." in str(each["To"])]
    assert [each.addr_spec for each in to_guest["To"].addresses] == [rcpt]


def test_a_guest_without_a_name_is_greeted_all_the_same(stripe, stay):
    stay.guest.name = ""
    stay.guest.save()
    stripe.sends(SCENARIOS["deposit_and_balance"].events(stay_of(stay)))

    receipt = told("payment_received")

    assert receipt.message()["To"] == "soren@example.com"
    assert "Dear guest," in words(receipt)
    assert "The guest has paid €" in words(told("payment_taken"))


# Nothing becomes code ----------------------------------------------------

TEXTS = [
    "<script>alert(1)</script>",
    "\"'><img src=x onerror=alert(1)>",
    "{{ 7|add:7 }}{% debug %}{0}{case.row}",
    "Ada\r\nBcc: thief@example.com",
    'Ada" <thief@example.com>, "',
    "Ada, thief@example.com",
    "\u202egnp.tseug\u202c",
    "محمد العلي",
    "=?utf-8?q?=0aBcc:_thief=40example.com?=",
    "W" * 200,
    ".\r\n.\r\n",
]


@pytest.mark.parametrize("text", TEXTS)
def test_names_are_text_in_every_mail(text, stripe, post_office):
    booking = ReservationFactory(
        code=text[:64],
        guest=GuestFactory(name=text),
        property=PropertyFactory(name=text, organization=OrganizationFactory(name=text)),
    )
    for name in ("two_partial_refunds", "declined", "dispute_lost", "account_restricted"):
        stripe.sends(SCENARIOS[name].events(stay_of(booking)))
    later(hours=1)
    while mails.deliver():
        pass

    assert len(post_office.mails) > 6
    assert {each for to in post_office.addressed for each in to} == {
        "guest@example.com",
        "maria@example.com",
    }
    for message in post_office.mails:
        assert set(message.keys()) == {
            "Content-Type", "MIME-Version", "Subject", "From", "To", "Date", "Message-ID",
            "Auto-Submitted",
        }  # fmt: skip
        assert message["From"].addresses[0].addr_spec == "hotel@localhost"
        assert [each.addr_spec for each in message["To"].addresses] in (
            ["guest@example.com"],
            ["maria@example.com"],
        )
        html = message.get_body(["html"]).get_content()
        assert {tag for tag, _ in Reader(html).tags} <= HARMLESS


HARMLESS = {
    "html", "head", "meta", "title", "style", "body", "table", "tr", "th", "td", "p", "h1", "bdi",
    "br", "a", "div", "strong",
}  # fmt: skip


def test_what_stripe_says_is_text_in_a_mail(stripe, stay):
    bad = "<img src=x onerror=alert(1)>"
    stripe.tells(
        "account.external_account.created",
        objects.bank_account(id="ba_1", account="acct_harbour", bank_name=bad, last4="0013"),
    )

    html = told("payout_account_changed").alternatives[0][0]

    assert bad not in html
    assert "&lt;img src=x onerror=alert(1)&gt; ·· 0013" in html


# All of them -------------------------------------------------------------


STEP_BY_STEP = "bank_transfer_in_parts"  # what is told on the way is over at the end


@pytest.fixture
def everything(stripe, booking, settings):
    """Every scenario, each for a booking of its own, and a link that staff have sent."""
    settings.STRIPE_SECRET_KEY = "sk_test_of_the_tests"
    booking.guest.name = "Ingrid Håkonsen"
    booking.guest.save()
    (found,) = hotel.bookings([booking.pk]).values()
    pay_links.make(booking=found, amount=30_000, purpose="deposit", by=None)
    for name, scenario in SCENARIOS.items():
        booking = ReservationFactory(guest=GuestFactory(name="Ingrid Håkonsen"))
        for event in scenario.events(stay_of(booking)):
            stripe.delivers(event)
            if name == STEP_BY_STEP:
                worker.drain()
        worker.drain()


@pytest.mark.usefixtures("everything")
def test_every_mail_that_a_hotel_may_get_reads_well():
    rows = Notification.objects.select_related("organization", "property")

    assert {row.kind for row in rows} == set(MAILS)
    for row in rows:
        message, case = delivery.compose(row), delivery.Case(row)
        written = MAILS[row.kind].write(case)
        text, html = words(message), read(message).words
        assert "Ingrid Håkonsen" in text or not row.reservation_id
        assert message.subject == f"[Test] {written.subject}"
        assert len(message.subject) < 90  # with names of a common length
        for odd in ("an amount", "a date we do not know", "None", "{", "}", " .", ".."):
            assert odd not in message.subject + text, (row.kind, text)
        for said in [written.title, *written.says, written.to_do]:
            assert said in text
            assert said in html
        for name, value in written.lines:
            assert f"{name}: {value}" in text
            assert f"{name} {value}" in html
        # … and knows what it is about: else nobody could ask again whether it is still true.
        about = MAILS[row.kind].about
        if about == mails.PAY_LINK:
            assert PayLink.objects.filter(pk=row.object_id).exists()
        else:
            named = KINDS[about].objects.filter(stripe_id=row.object_id, account=row.account)
            assert named.exists(), row.kind


def test_nothing_in_a_mail_is_fetched_or_followed(stripe, stay):
    stripe.sends(SCENARIOS["dispute_lost"].events(stay_of(stay)))
    deliver_all()

    assert mail.outbox
    for message in mail.outbox:
        for tag, attrs in read(message).tags:
            assert "src" not in attrs
            assert tag not in ("img", "link", "script", "iframe", "object", "form")
            if "href" in attrs:
                assert attrs["href"] == f"http://127.0.0.1:8000/bookings/{stay.pk}/"


def test_mails_of_live_money_do_not_say_that_it_is_a_test(stripe, stay):
    AccountFactory(livemode=True)
    intent = objects.payment_intent(
        status="succeeded", amount=50_000, metadata={"reservationId": stay.code}, livemode=True
    )
    event = events.event("payment_intent.succeeded", intent, account="acct_harbour", livemode=True)
    stripe.sends([event])

    assert told("payment_received").subject == "Receipt for your payment of €500.00 (HB-2481)"
    assert "Test mode" not in told("payment_received").body
    assert "Test mode" not in told("payment_received").alternatives[0][0]


def test_without_a_mail_server_a_mail_is_a_file_that_can_be_read(stripe, stay, settings, tmp_path):
    settings.EMAIL_BACKEND = "pms.mail.EmailBackend"
    settings.EMAIL_FILE_PATH = tmp_path / "mail"
    stripe.sends(SCENARIOS["decline_retry_success"].events(stay_of(stay)))

    mails.deliver()

    names = sorted(file.name for file in (tmp_path / "mail").iterdir())
    assert len(names) == 2
    assert re.fullmatch(r"\d{4}-\d\d-\d\d test-1-200-00-received-for-hb-2481 \w{8}\.eml", names[0])
    text = (tmp_path / "mail" / names[1]).read_text()
    assert "Dear Søren Østergaard," in text


def test_mails_say_which_card(stripe, booking):
    stripe.sends(SCENARIOS["full_refund"].events(stay_of(booking)))
    written = {
        row.kind: dict(MAILS[row.kind].write(delivery.Case(row)).lines)
        for row in Notification.objects.all()
    }
    assert written["payment_received"]["Paid with"] == "Visa ·· 4242"
    assert written["payment_taken"]["With"] == "Visa ·· 4242"
    assert written["refund_sent"]["Returned to"] == "Visa ·· 4242"
