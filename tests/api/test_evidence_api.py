"""The answer to a dispute by HTTP: composed, edited, with files."""

import pytest

from payments.models import Dispute
from tests.api.test_files import kept_here, photo
from tests.support.stories import tell

__all__ = ["kept_here"]


@pytest.fixture
def address(stripe, booking):
    """Where the evidence for a dispute is that is due tomorrow."""
    tell(stripe, "dispute_due_tomorrow", booking)
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


def test_it_is_edited(address, api):
    text = "They had breakfast.\n\nTwice."

    answer = api.asks("PATCH", f"{address}evidence/", {"evidence": {"uncategorized_text": text}})

    assert answer.status_code == 200, answer.content
    assert answer.json()["evidence"]["uncategorized_text"] == text
    assert api.gets(f"{address}evidence/").json() == answer.json()


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


def test_a_dispute_that_is_over_is_not_answered(stripe, booking, api):
    tell(stripe, "dispute_lost", booking)
    address = f"disputes/{Dispute.objects.get().pk}/evidence/"

    answer = api.asks("PATCH", address, {"evidence": {"uncategorized_text": "But"}})

    assert (answer.status_code, answer.json()["code"]) == (409, "not_actionable")
