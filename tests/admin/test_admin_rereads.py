"""What Stripe is to be asked about again: which object, why, and what keeps us from it."""

import pytest
from django.core.management import call_command

from organizations.models import Role
from payments.models import ConnectedAccount, Dispute, OwedRead
from sandbox import events, objects
from tests.factories import AccountFactory
from tests.support.admin import listed, page

AT = 1_790_000_000


@pytest.fixture
def owed(stripe):
    """One of each that is owed a read, by what its row says of why."""
    told = {
        "events do not say": ("charge.dispute.created", objects.dispute(id="dp_1", charge="ch_9")),
        "What Stripe kept of it": (
            "charge.succeeded",
            objects.charge(id="ch_1", payment_intent="pi_8", balance_transaction="txn_1"),
        ),
        "More of it went back": (
            "charge.refunded",
            objects.charge(
                id="ch_2", payment_intent="pi_9", amount_refunded=500, balance_transaction=None
            ),
        ),
    }
    for type, object in told.values():
        stripe.tells(type, object)
    ids = {why: object["id"] for why, (_, object) in told.items()}
    for id, statuses in (
        ("pi_1", ("succeeded", "canceled")),
        ("pi_2", ("requires_action", "processing")),
    ):
        for number, status in enumerate(statuses):
            intent = objects.payment_intent(id=id, status=status)
            type = f"payment_intent.{status}"
            stripe.sends(
                [events.event(type, intent, account="acct_harbour", id=f"evt_{id}_{number}")]
            )
    stripe.tells("account.updated", objects.account(id="acct_harbour"))
    for number, word in enumerate(("authorized", "deauthorized")):
        type = f"account.application.{word}"
        event = events.event(type, objects.application(), account="acct_harbour", created=AT)
        stripe.sends([event | {"id": f"evt_{number}"}])
    return ids | {
        "cannot both be true": "pi_1",
        "of the same second": "pi_2",
        "let go and connected again": "acct_harbour",
    }


def rows_of(client, **query):
    answer = client.get(listed(OwedRead), query)
    assert answer.status_code == 200
    return answer.context["cl"].result_list


def test_each_says_which_object_and_why(owed, hired):
    client = hired()

    assert len(rows_of(client)) == len(owed) == OwedRead.objects.count()
    for why, id in owed.items():
        (row,) = rows_of(client, q=id) if id != "acct_harbour" else rows_of(client, kind="account")
        shown = client.get(page(row)).content.decode()
        assert id in shown, why
        assert why in shown, id


def test_an_attempt_that_failed_says_what_stripe_said(stripe, wire, hired):
    stripe.tells("charge.dispute.created", objects.dispute(id="dp_1", charge="ch_1"))
    client = hired()
    (row,) = rows_of(client)
    assert (row.attempts, row.last_error) == (0, "")
    wire.answers = lambda asked: (503, {"error": {"message": "Stripe is <b>resting</b>"}})

    call_command("stripe_keep", "--json")

    for address in (listed(OwedRead), page(row)):
        shown = client.get(address).content.decode()
        assert "Stripe is &lt;b&gt;resting&lt;/b&gt;" in shown, address
    row.refresh_from_db()
    assert row.attempts == 1


def test_what_a_hotel_let_go_of_waits_for_it(stripe, hired):
    waits = "When the hotel connects its account again"
    stripe.tells("charge.dispute.created", objects.dispute(id="dp_1", charge="ch_1"))
    client = hired()

    for number, (word, closed) in enumerate((("deauthorized", True), ("authorized", False))):
        type = f"account.application.{word}"
        stripe.tells(type, objects.application(), created=AT + number)

        (row,) = rows_of(client, kind="dispute")
        for address in (listed(OwedRead), page(row)):
            assert (waits in client.get(address).content.decode()) is closed, (word, address)


def test_a_record_says_that_it_is_read_again(stripe, wire, booking, hired):
    stripe.tells("account.updated", objects.account(id="acct_harbour"))
    opened = objects.dispute(id="dp_1", charge="ch_1", metadata={"reservationId": str(booking.pk)})
    stripe.tells("charge.dispute.created", opened)
    records = [ConnectedAccount.objects.get(), Dispute.objects.get()]
    client, guest = hired(), hired(Role.MANAGER, houses=[booking.property])
    Dispute.objects.update(property=booking.property)

    for record in records:
        read = OwedRead.objects.get(row=record.pk)
        assert f'href="{page(read)}"' in client.get(page(record)).content.decode()
        assert f'href="{page(record)}"' in client.get(page(read)).content.decode()
    assert f'href="{page(read)}"' not in guest.get(page(records[1])).content.decode()

    wire.answers = lambda asked: (
        (200, opened) if "disputes" in asked.path else (200, objects.account(id="acct_harbour"))
    )
    call_command("stripe_keep", "--json")

    assert not rows_of(client)
    shown = client.get(page(records[1])).content.decode()
    assert "As Stripe&#x27;s events have told it so far." in shown
    assert "To be read again" not in shown


def test_it_is_for_those_who_see_all_houses(stripe, booking, hired):
    stripe.tells("charge.dispute.created", objects.dispute(id="dp_1", charge="ch_1"))
    row = OwedRead.objects.get()
    of_one_house = hired(Role.MANAGER, houses=[booking.property])

    assert not rows_of(of_one_house)
    assert of_one_house.get(page(row)).status_code == 302
    assert hired(Role.READ_ONLY).get(page(row)).status_code == 200


def test_no_search_and_no_filter_tells_of_another_hotel(stripe, booking, hired):
    AccountFactory(stripe_id="acct_asagiri", organization__slug="asagiri")
    dispute = objects.dispute(id="dp_1", charge="ch_1")
    stripe.tells("charge.dispute.created", dispute, account="acct_asagiri")
    theirs = OwedRead.objects.get()
    client = hired(Role.OWNER)

    for query in (
        {"q": "dp_1"},
        {"q": "acct_asagiri"},
        {"account": "acct_asagiri"},
        {"organization": str(theirs.organization_id)},
    ):
        assert not rows_of(client, **query), query
    assert client.get(page(theirs)).status_code == 302
    assert [row.pk for row in rows_of(hired(organization="asagiri"), q="dp_1")] == [theirs.pk]


def test_nothing_is_added_changed_or_deleted(stripe, root):
    stripe.tells("charge.dispute.created", objects.dispute(id="dp_1", charge="ch_1"))
    row = OwedRead.objects.get()

    assert root.get(listed(OwedRead).replace("owedread/", "owedread/add/")).status_code == 403
    assert root.post(page(row), {"attempts": 9}).status_code == 403
    assert root.post(page(row, "delete"), {"post": "yes"}).status_code == 403
    assert OwedRead.objects.get().attempts == 0
