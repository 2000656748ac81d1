"""The answer to a dispute by HTTP: composed, edited, with files."""

import pytest

from payments.models import Dispute
from sandbox import objects
from tests.api.test_files import kept_here, photo
from tests.support.stories import tell

__all__ = ["kept_here"]


def stripe_of(row):
    """Return a Stripe that keeps what it is given of this dispute, and takes files."""
    kept = {"evidence": {}, "submitted": 0}

    def answer(asked):
        if asked.path == "/v1/files":
            return 200, {"id": "file_1", "object": "file", "purpose": "dispute_evidence"}
        for name, value in asked.form.items():
            if name.startswith("evidence["):
                kept["evidence"][name[len("evidence[") : -1]] = value
        kept["submitted"] += asked.form.get("submit") == "true"
        found = objects.dispute(
            id=row.stripe_id,
            amount=row.amount,
            charge=row.stripe_charge_id,
            payment_intent=row.stripe_payment_intent_id,
            reason=row.reason,
            status="under_review" if kept["submitted"] else "needs_response",
        )
        found |= {"evidence": kept["evidence"]}
        found["evidence_details"] |= {"submission_count": kept["submitted"]}
        if asked.path.endswith("/close"):
            found["status"] = "lost"
        return 200, found

    return answer


@pytest.fixture
def address(stripe, wire, booking):
    """Where the evidence for a dispute is that is due tomorrow."""
    tell(stripe, "dispute_due_tomorrow", booking)
    wire.answers = stripe_of(Dispute.objects.get())
    return f"disputes/{Dispute.objects.get().pk}/"


def test_it_is_composed_from_the_stay(address, api):
    told = api.gets(f"{address}evidence/").json()

    assert set(told) == {
        "evidence", "files", "characters", "missing", "staged_at", "submitted_at",
    }  # fmt: skip
    assert told["evidence"]["customer_name"] == "Guest of the house"
    assert told["characters"] == sum(map(len, told["evidence"].values()))
    assert told["missing"]
    assert told["submitted_at"] is None


def test_it_is_edited_and_staged(address, wire, api):
    text = "They had breakfast.\n\nTwice."

    answer = api.asks("PATCH", f"{address}evidence/", {"evidence": {"uncategorized_text": text}})

    assert answer.status_code == 200, answer.content
    assert answer.json()["evidence"]["uncategorized_text"] == text
    assert answer.json()["staged_at"]
    assert api.gets(f"{address}evidence/").json() == answer.json()
    (asked,) = wire.asked
    assert asked.form["evidence[uncategorized_text]"] == text
    assert asked.form["submit"] == "false"


@pytest.mark.parametrize(
    ("evidence", "field"),
    [
        ({"nothing": "x"}, "nothing"),
        ({"uncategorized_text": 1}, "evidence.uncategorized_text"),
        ({"uncategorized_text": "x" * 200_000}, "uncategorized_text"),
        ({"receipt": "x"}, "receipt"),
        ([], "evidence"),
        ("x", "evidence"),
        (None, "evidence"),
    ],
    ids=range(7),
)
def test_what_is_no_evidence_is_said_so(evidence, field, address, api):
    answer = api.asks("PATCH", f"{address}evidence/", {"evidence": evidence})

    assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])


def test_a_file_stands_for_one_name(address, api):
    def posts(**parts):
        headers = {"Authorization": f"Token {api.token}"}
        where = f"/api/organizations/harbour/{address}files/"
        return api.client.post(where, parts, headers=headers)

    answer = posts(name="receipt", file=photo())

    assert answer.status_code == 201, answer.content
    assert (answer.json()["name"], answer.json()["file_name"]) == ("receipt", "minibar.png")
    assert api.gets(f"{address}evidence/").json()["files"] == {"receipt": answer.json()}
    assert list(posts(name="selfie", file=photo()).json()["errors"]) == ["name"]
    assert list(posts(file=photo()).json()["errors"]) == ["name"]


def test_a_dispute_that_is_over_is_not_answered(stripe, wire, booking, api):
    tell(stripe, "dispute_lost", booking)
    address = f"disputes/{Dispute.objects.get().pk}/evidence/"

    answer = api.asks("PATCH", address, {"evidence": {"uncategorized_text": "But"}})

    assert (answer.status_code, answer.json()["code"]) == (409, "not_actionable")


def test_it_is_handed_in_once(address, wire, api):
    answer = api.posts(f"{address}submit/", key="one")

    assert answer.status_code == 200, answer.content
    assert answer.json()["submitted_at"]
    assert answer.json()["status"] == "under_review"
    assert answer.json()["evidence"]["customer_name"] == "Guest of the house"
    again = api.posts(f"{address}submit/", key="one")
    assert again.headers["Idempotent-Replayed"] == "true"
    refused = api.posts(f"{address}submit/")
    assert (refused.status_code, refused.json()["code"]) == (409, "already_submitted")
    assert sum(asked.form.get("submit") == "true" for asked in wire.asked) == 1


def test_while_stripe_is_away_it_is_promised(address, wire, api):
    wire.answers = lambda asked: None

    answer = api.posts(f"{address}submit/")

    assert (answer.status_code, answer.json()["status"]) == (202, "promised")
    edited = api.asks("PATCH", f"{address}evidence/", {"evidence": {"uncategorized_text": "x"}})
    assert (edited.status_code, edited.json()["code"]) == (409, "already_submitted")


def test_somebody_gives_in(address, api):
    answer = api.posts(f"{address}accept/")

    assert (answer.status_code, answer.json()["status"]) == (200, "lost")
    again = api.posts(f"{address}accept/")
    assert (again.status_code, again.json()["code"]) == (409, "not_actionable")
