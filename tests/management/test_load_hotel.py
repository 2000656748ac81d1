"""Hotels from a document: twice is once, and what cannot be is named by its place."""

import json
from copy import deepcopy
from datetime import UTC, datetime

import pytest
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command

from organizations.models import Membership, Organization, Property
from payments.models import ConnectedAccount, Customer
from reservations.models import Guest, Reservation
from sandbox.hotel import document as demo
from sandbox.objects import account, application, payment_intent
from tests.support.stripe import Stripe

pytestmark = pytest.mark.django_db

HOTEL = {
    "organizations": [
        {
            "id": "0193a0c4-7c5e-7000-8000-000000000001",
            "slug": "harbour",
            "name": "Harbour Hotels",
            "currency": "eur",
            "timezone": "Europe/Lisbon",
            "stripe_architecture": "centralized",
            "stripe_account": "acct_harbour",
            "stripe_customer": "cus_platform_harbour",
            "livemode": False,
            "properties": [
                {
                    "id": "0193a0c4-7c5e-7000-8000-000000000002",
                    "slug": "downtown",
                    "name": "Harbour Downtown",
                    "timezone": "Europe/Lisbon",
                    "email": "downtown@harbour.example",
                    "stripe_account": None,
                },
                {"slug": "alfama", "stripe_account": "acct_alfama"},
            ],
            "users": [
                {
                    "username": "ana",
                    "password": "a long password of hers",
                    "role": "front_desk",
                    "properties": ["downtown"],
                }
            ],
            "reservations": [
                {
                    "id": "0193a0c4-7c5e-7000-8000-000000000003",
                    "code": "HB-2481",
                    "property": "downtown",
                    "guest": {"name": "Guest of the house", "email": "guest@example.com"},
                    "arrival": "2026-12-05",
                    "departure": "2026-12-09",
                    "currency": "eur",
                    "total": 141_000,
                }
            ],
        }
    ]
}


@pytest.fixture
def load(tmp_path, settings):
    """Return a function that loads a document, or a text in its place."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # quick

    def command(document):
        path = tmp_path / "hotel.json"
        text = document if isinstance(document, str) else json.dumps(document)
        path.write_text(text, encoding="utf-8")
        call_command("load_hotel", str(path), "--json")

    return command


def everything():
    """Return every row of the hotel."""
    models = (Organization, Property, Membership, Guest, Reservation, ConnectedAccount, Customer)
    return [list(model.objects.order_by("pk").values()) for model in models] + [
        list(get_user_model().objects.order_by("pk").values())
    ]


def changed(path, value):
    """Return the document with one value changed."""
    document = deepcopy(HOTEL)
    here = document
    for name in path[:-1]:
        here = here[name]
    here[path[-1]] = value
    return document


def test_a_hotel_is_loaded_whole(load, capsys):
    load(HOTEL)

    assert json.loads(capsys.readouterr().out) == {
        "organizations": 1,
        "properties": 2,
        "users": 1,
        "reservations": 1,
    }
    booking = Reservation.objects.get()
    assert (booking.code, booking.total, booking.guest.email) == (
        "HB-2481",
        141_000,
        "guest@example.com",
    )
    assert str(booking.pk) == HOTEL["organizations"][0]["reservations"][0]["id"]
    group = Organization.objects.get()
    assert group.stripe_account_id == "acct_harbour"
    assert dict(Property.objects.values_list("slug", "email")) == {
        "downtown": "downtown@harbour.example",
        "alfama": "",
    }
    assert {
        (a.stripe_id, a.property and a.property.slug) for a in ConnectedAccount.objects.all()
    } == {
        ("acct_harbour", None),
        ("acct_alfama", "alfama"),
    }
    ana = get_user_model().objects.get()
    assert ana.check_password("a long password of hers")
    assert [house.slug for house in ana.memberships.get().properties.all()] == ["downtown"]


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ({"username": "ana@harbour.example"}, "ana@harbour.example"),
        ({"username": "ana@harbour.example", "email": "a@example.com"}, "a@example.com"),
        ({"username": "ana"}, ""),
    ],
)
def test_who_logs_in_with_an_address_is_written_to_there(load, said, written):
    load(changed(["organizations", 0, "users"], [{"role": "manager", **said}]))

    assert get_user_model().objects.get().email == written


@pytest.mark.parametrize(
    "document", [HOTEL, demo(datetime(2026, 11, 24, tzinfo=UTC))], ids=["small", "demo"]
)
def test_loading_twice_is_loading_once(load, document):
    load(document)
    before = everything()
    load(document)
    assert everything() == before


def test_a_stay_is_loaded_with_all_that_a_hotel_knows_of_it(load):
    told = HOTEL["organizations"][0]["reservations"][0] | {
        "status": "canceled",
        "room": "204",
        "rate_name": "Standard",
        "cancellation_policy": [
            {"days_before": 14, "refund_percent": 100},
            {"days_before": 3, "refund_percent": 50, "until": "12:30"},
            {"days_before": 3, "refund_percent": 20},
        ],
        "policy_accepted_at": "2026-10-01T10:00:00+02:00",
        "checked_in_at": "2026-12-05T15:00:00Z",
        "checked_out_at": "2026-12-06T11:00:00Z",
        "paid_elsewhere": 1_000,
    }
    load(changed(["organizations", 0, "reservations", 0], told))

    booking = Reservation.objects.get()
    for name in ("status", "room", "rate_name", "cancellation_policy", "paid_elsewhere"):
        assert getattr(booking, name) == told[name]
    for name in ("policy_accepted_at", "checked_in_at", "checked_out_at"):
        assert getattr(booking, name) == datetime.fromisoformat(told[name])
    for status in Reservation.Status:
        load(changed(["organizations", 0, "reservations", 0], told | {"status": status}))
        assert Reservation.objects.get().status == status


def test_an_organization_says_what_its_front_desk_may_do_and_keeps_it_when_nothing_is_said(load):
    load(
        changed(
            ORGANIZATION,
            HOTEL["organizations"][0]
            | {"submits_evidence": True, "limits": {"charge": 20_000, "refund": None}},
        )
    )
    load(HOTEL)

    group = Organization.objects.get()
    assert (group.limits, group.submits_evidence) == ({"charge": 20_000}, True)
    load(changed([*ORGANIZATION, "limits"], {}))
    group.refresh_from_db()
    assert group.limits == {}


def test_an_account_in_test_mode_beside_its_live_one_is_loaded_once_too(load):
    load(changed(["organizations", 0, "livemode"], True))
    load(HOTEL)
    before = everything()
    load(HOTEL)
    assert everything() == before


def test_loading_again_keeps_the_money(load):
    load(HOTEL)
    paid = payment_intent(status="succeeded", amount=500, metadata={"reservationId": "HB-2481"})
    Stripe().tells("payment_intent.succeeded", paid)
    load(changed(["organizations", 0, "reservations", 0, "total"], 500))

    booking = Reservation.objects.get()
    assert (booking.paid_amount, booking.payment_status) == (500, "paid")


def columns(row):
    """Return the three Stripe columns of an organization or a house."""
    row.refresh_from_db()
    return (row.stripe_account_id, row.stripe_onboarding_complete, row.stripe_charges_enabled)


def columns_of(*slugs):
    """Return the Stripe columns of the organization, then of these houses."""
    houses = [Property.objects.get(slug=slug) for slug in slugs]
    return [columns(row) for row in (Organization.objects.get(), *houses)]


def test_a_closed_connection_is_not_reopened(load):
    load(HOTEL)
    stripe = Stripe()
    stripe.tells("account.updated", account(id="acct_harbour"))
    stripe.tells("account.application.deauthorized", application())

    load(HOTEL)

    assert not ConnectedAccount.objects.get(stripe_id="acct_harbour").is_connected
    assert columns_of() == [("acct_harbour", False, False)]


def test_a_closed_account_that_is_named_again_does_not_take_the_place_of_an_open_one(load):
    load(HOTEL)
    load(changed(["organizations", 0, "stripe_account"], "acct_two"))
    Stripe().tells("account.application.deauthorized", application())

    load(HOTEL)

    assert columns_of() == [("acct_two", False, False)]


def test_the_account_that_was_named_last_takes_new_money(load):
    """Named before, or new: what came of the other one is still heard, and changes no column."""
    load(HOTEL)
    stripe = Stripe()
    load(changed(["organizations", 0, "stripe_account"], "acct_two"))
    stripe.tells("account.updated", account(id="acct_harbour"))
    assert columns_of() == [("acct_two", False, False)]

    load(HOTEL)
    assert columns_of() == [("acct_harbour", True, True)]

    for to in ("per_property", "centralized"):
        call_command("stripe_architecture", "harbour", to, "--json")
    assert columns_of() == [("acct_harbour", True, True)]


def test_a_document_may_give_each_house_its_own_account_and_take_it_back(load):
    none = ("", False, False)
    per_property = deepcopy(HOTEL)
    group = per_property["organizations"][0]
    group |= {"stripe_architecture": "per_property", "stripe_account": None}
    group["properties"][0]["stripe_account"] = "acct_harbour"

    load(HOTEL)
    assert columns_of("downtown", "alfama") == [("acct_harbour", False, False), none, none]
    Stripe().tells("account.updated", account(id="acct_harbour"))

    load(per_property)
    alfama = ("acct_alfama", False, False)
    assert columns_of("downtown", "alfama") == [none, ("acct_harbour", True, True), alfama]

    load(HOTEL)
    assert columns_of("downtown", "alfama") == [("acct_harbour", True, True), none, none]


@pytest.mark.parametrize("architecture", ["centralized", "per_property"])
def test_an_account_named_for_both_is_where_it_takes_new_money(load, architecture):
    shared = changed(["organizations", 0, "stripe_architecture"], architecture)
    shared["organizations"][0]["properties"][0]["stripe_account"] = "acct_harbour"

    for _ in range(2):
        load(shared)
        of_group, of_house = [account for account, *_ in columns_of("downtown")]
        named = {"centralized": of_group, "per_property": of_house}
        assert named.pop(architecture) == "acct_harbour"
        assert list(named.values()) == [""]


@pytest.mark.parametrize("livemode", [True, False])
def test_an_account_of_another_organization_is_refused_and_nothing_is_loaded(load, livemode):
    load(HOTEL)
    before = everything()
    other = {"slug": "other", "name": "Other", "currency": "eur", "livemode": livemode}

    for more in ({"stripe_account": "acct_harbour"}, {"stripe_account": "acct_alfama"}):
        with pytest.raises(CommandError, match="belongs to another organization"):
            load({"organizations": [other | more]})
    house = {"slug": "house", "stripe_account": "acct_harbour"}
    with pytest.raises(CommandError, match="belongs to another organization"):
        load({"organizations": [other | {"properties": [house]}]})
    if not livemode:
        with pytest.raises(CommandError, match="cus_platform_harbour"):
            load({"organizations": [other | {"stripe_customer": "cus_platform_harbour"}]})

    assert everything() == before


@pytest.mark.parametrize("kind", ["properties", "reservations"])
def test_an_id_of_another_organization_is_refused(load, kind):
    load(HOTEL)
    before = everything()
    other = deepcopy(HOTEL["organizations"][0])
    for name in ("id", "stripe_account", "stripe_customer", "users"):
        del other[name]
    other["slug"] = "other"
    if kind == "reservations":
        other["properties"] = [{"slug": "downtown"}]
    else:
        del other["reservations"]
        other["properties"] = other["properties"][:1]

    with pytest.raises(CommandError, match=rf"{kind}\[0\].id: .* belongs to another organization"):
        load({"organizations": [other]})
    assert everything() == before


ORGANIZATION = ["organizations", 0]
HOUSE = [*ORGANIZATION, "properties", 0]
USER = [*ORGANIZATION, "users", 0]
BOOKING = [*ORGANIZATION, "reservations", 0]


STEP = {"days_before": 3, "refund_percent": 50}
WRONG_STEPS = [
    *({"days_before": value} for value in (-1, 1.5, "3", True, None, 3651)),
    *({"refund_percent": value} for value in (-1, 101, 12.5, "50", True, None)),
    *({"until": value} for value in ("24:00", "6pm", 18, "18:00:01", "18:00+01:00", "", "8:00")),
    {"more": 1},
]


def place(path):
    """Return a place as the sentence names it."""
    text = "document"
    for name in path:
        text += f"[{name}]" if isinstance(name, int) else f".{name}"
    return text


@pytest.mark.parametrize(
    ("path", "values"),
    [
        (["organizations"], [{}, "x", 5, [5], [None], [[]], True]),
        ([*ORGANIZATION, "id"], ["x", 5, [], {}, "1" * 33]),
        ([*ORGANIZATION, "slug"], [None, "", "a b", "é", 5, [], "a/b", "x" * 51]),
        ([*ORGANIZATION, "name"], ["", " ", 5, "\x00", "\ud800", "x" * 201]),
        ([*ORGANIZATION, "currency"], ["euro", "", 978, "xxq", ["eur"]]),
        (
            [*ORGANIZATION, "limits"],
            [
                5,
                [],
                {"charge": -1},
                {"refund": "5"},
                {"charge": 1.5},
                {"more": 1},
                {"charge": True},
            ],
        ),
        ([*ORGANIZATION, "submits_evidence"], ["yes", 1, []]),
        (
            [*ORGANIZATION, "timezone"],
            ["Mars/Olympus", "", "../etc/passwd", "/etc/passwd", "Europe", 5, "\x00", "posix"],
        ),
        ([*ORGANIZATION, "stripe_architecture"], ["both", 5, [], {}]),
        ([*ORGANIZATION, "stripe_account"], [5, "", [], "\x00", "acct x", "é", "\ud800"]),
        ([*ORGANIZATION, "stripe_customer"], [5, "", [], "\x00", "cus x"]),
        ([*ORGANIZATION, "livemode"], ["false", 0, 1, []]),
        ([*ORGANIZATION, "properties"], ["x", 5, {"slug": "x"}, [5], [None]]),
        ([*HOUSE, "id"], ["x", 5]),
        ([*HOUSE, "slug"], [None, "", "a b", ["x"], "x" * 51]),
        ([*HOUSE, "timezone"], ["x", "Europe"]),
        ([*HOUSE, "email"], ["x", 5, [], "a@b\nBcc: c@d.example"]),
        ([*USER, "username"], [None, "", 5, "x" * 151, "\x00"]),
        ([*USER, "password"], [5, "", []]),
        ([*USER, "role"], [None, "king", 5, ["owner"], {}]),
        (
            [*USER, "properties"],
            ["downtown", 5, {"a": 1}, [5], [None], [["downtown"]], ["x"], [{}]],
        ),
        ([*BOOKING, "id"], ["x", 5]),
        ([*BOOKING, "code"], [None, "", 5, "x" * 65, "\x00"]),
        ([*BOOKING, "property"], [None, "x", 5, ["downtown"], {}]),
        ([*BOOKING, "guest"], [None, 5, [], "x", {}]),
        ([*BOOKING, "guest", "name"], [None, "", 5, "x" * 201]),
        ([*BOOKING, "guest", "email"], ["x", 5, [], "a@" + "b" * 300 + ".com"]),
        ([*BOOKING, "arrival"], [None, "", "tomorrow", 5, "2026-13-01", [], "2026-12-10"]),
        ([*BOOKING, "departure"], [None, "2026-12-32", "2026-12-04", True]),
        ([*BOOKING, "currency"], ["euro", 5]),
        ([*BOOKING, "total"], [None, "1", 1.5, -1, True, 2**63, 10**30, []]),
        ([*BOOKING, "paid_elsewhere"], ["1", -1, 2**63]),
        ([*BOOKING, "room"], [5, "x" * 51, "\x00"]),
        ([*BOOKING, "rate_name"], [5, "x" * 101]),
        ([*BOOKING, "status"], ["gone", 5, [], ""]),
        (
            [*BOOKING, "cancellation_policy"],
            [
                *("x", 5, {"a": 1}, ["\x00"], [[]], [{}]),
                *([STEP | wrong] for wrong in WRONG_STEPS),
                [STEP, STEP],
                [STEP, STEP | {"days_before": 4}],
                [STEP, STEP | {"until": "17:59"}],
                [STEP, STEP | {"days_before": 1, "refund_percent": 51}],
            ],
        ),
        ([*BOOKING, "policy_accepted_at"], ["yesterday", 5, "", "0001-01-01T00:00:00+23:59"]),
        ([*BOOKING, "checked_in_at"], ["x", 5, "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"]),
        ([*BOOKING, "checked_out_at"], ["x", []]),
    ],
    ids=lambda given: place(given) if given and given[0] == "organizations" else None,
)
def test_what_cannot_be_is_named_by_its_place(load, path, values):
    load(HOTEL)
    before = everything()
    for value in values:
        with pytest.raises(CommandError) as refusal:
            load(changed(path, value))
        sentence = str(refusal.value)
        assert sentence.startswith(place(path[:-1])), (value, sentence)
        assert sentence.endswith("."), (value, sentence)
    assert everything() == before


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "5",
        "null",
        '"x"',
        "\x00",
        "[" * 100_000,
        '{"organizations": ' + "9" * 5000 + "}",
    ],
)
def test_what_is_no_document_is_said_in_a_sentence(load, text):
    with pytest.raises(CommandError, match=r"\.$"):
        load(text)


@pytest.mark.parametrize("document", [{}, {"organizations": []}, {"organizations": None}])
def test_an_empty_document_is_nothing_to_do(load, capsys, document):
    load(document)

    assert json.loads(capsys.readouterr().out)["organizations"] == 0


def test_a_file_that_is_not_there_is_said_in_a_sentence(tmp_path):
    for path in (tmp_path / "nothing.json", tmp_path):
        with pytest.raises(CommandError, match="cannot be read"):
            call_command("load_hotel", str(path))


def test_a_file_that_is_no_text_is_said_in_a_sentence(tmp_path):
    path = tmp_path / "hotel.json"
    path.write_bytes(b"\xff\xfe{}")
    with pytest.raises(CommandError, match=r"is not JSON"):
        call_command("load_hotel", str(path))
