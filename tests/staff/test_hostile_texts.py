"""What guests and Stripe write is shown as text, whatever it is, and breaks no page."""

import pytest

from sandbox.scenarios import SCENARIOS
from tests.conftest import stay_of
from tests.factories import GuestFactory, PropertyFactory, ReservationFactory

TEXTS = [
    "<script>alert(1)</script>",
    "\"'><img src=x onerror=alert(1)>",
    "{{ 7|add:7 }}{% debug %}",
    "\u202egnp.tseug\u202c",
    "محمد العلي",
    "&lt;b&gt; & Sons",
    "W" * 200,
]


@pytest.mark.parametrize("text", TEXTS)
def test_a_guests_name_is_text_on_every_page(text, manager, stripe):
    booking = ReservationFactory(
        code=text[:64],
        room=text[:50],
        guest=GuestFactory(name=text),
        property=PropertyFactory(name=text),
    )
    stripe.sends(SCENARIOS["dashboard_payment"].events(stay_of(booking)))

    pages = [
        manager.get("/bookings/", {"q": text}),
        manager.get(f"/bookings/{booking.pk}/"),
        manager.get("/bookings/unmatched/"),
    ]

    for answer in pages:
        page = answer.content.decode()
        assert answer.status_code == 200
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "<b>" not in page.partition('class="facts"')[0].partition("Sons")[0][-40:]
        assert f"<bdi>{escaped(text)}</bdi>" in page


def escaped(text):
    for raw, safe in (
        ("&", "&amp;"),
        ("<", "&lt;"),
        (">", "&gt;"),
        ('"', "&quot;"),
        ("'", "&#x27;"),
    ):
        text = text.replace(raw, safe)
    return text


@pytest.mark.parametrize("text", [*TEXTS, "x" * 500])
def test_what_stripe_says_is_text(text, manager, stripe, booking):
    events = SCENARIOS["declined"].events(stay_of(booking))
    for event in events:
        thing = event["data"]["object"]
        thing["metadata"]["type"] = text
        if error := thing.get("last_payment_error"):
            error |= {"decline_code": "made_up", "message": text}
        if thing["object"] == "charge":
            thing |= {"failure_code": "made_up", "failure_message": text}
            thing["payment_method_details"]["card"] |= {"brand": text, "last4": "<i>4"}
    stripe.sends(events)

    page = manager.get(f"/bookings/{booking.pk}/").content.decode()

    assert escaped(text) in page
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "<i>4" not in page
