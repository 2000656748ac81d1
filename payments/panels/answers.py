"""The hotel's answer to a dispute, as its page shows it: to be written, or to be read."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.urls import reverse

from payments import hotel
from payments.folio import Entry
from payments.models import Dispute, EvidenceFile
from payments.models.base import time_ordered_id
from payments.operations.protection import evidence, submissions
from payments.operations.protection.evidence import Pack
from payments.words import evidence as words

NOTHING = Pack({}, {}, 0, [], None, None)
_ELSE = "uncategorized_text"


def page(dispute: UUID) -> str:
    """Return the address of the page where a dispute is answered by itself."""
    return reverse("payments:answer", args=[dispute])


def mark(text: str) -> str:
    """Return what stands for a text, to see later whether it was changed since."""
    return sha256(text.encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Typed:
    """
    What somebody sent, to be shown again beside what is wrong with it.

    :param marks: of each text as it was when they opened the page.
    :param shows: which evidence a chosen file is.
    :param wrong: sentences by evidence name, by `name` and `file`, and by nothing for all of it.
    """

    texts: Mapping[str, str] = field(default_factory=dict)
    marks: Mapping[str, str] = field(default_factory=dict)
    shows: str = ""
    wrong: dict[str, str] = field(default_factory=dict)

    def touched(self, name: str) -> bool:
        """Say whether they wrote anything there."""
        return name in self.texts and mark(self.texts[name]) != self.marks.get(name)

    def changes(self, pack: Pack) -> dict[str, str]:
        """Return what they wrote that does not stand there already."""
        return {
            name: text
            for name, text in self.texts.items()
            if self.touched(name) and text != pack.evidence.get(name, "")
        }

    def overtaken(self, name: str, pack: Pack) -> bool:
        """Say whether something else stands there by now than what they saw."""
        return self.marks.get(name) != mark(pack.evidence.get(name, ""))


@dataclass(frozen=True)
class Text:
    """
    One text of the evidence.

    :param mark: of what stands there now.
    :param now: what stands there now, where that is not what they saw.
    """

    name: str
    label: str
    text: str
    mark: str
    long: bool
    wrong: str = ""
    now: str = ""


@dataclass(frozen=True)
class File:
    """One file of the evidence; `size` in bytes."""

    label: str
    name: str
    size: int
    url: str
    at_stripe: bool


@dataclass(frozen=True)
class Answer:
    """
    An answer as it stands.

    :param closed: why it cannot be written any more, or not by this person; else empty.
    :param told: whether what stands here is, or will be, what the bank reads.
    :param helps: texts that convince a bank in such a case; `rest` are all others.
    :param shows: what a file can show, by whether it helps: name and label.
    """

    id: UUID
    key: UUID
    closed: str
    may: bool
    told: bool
    helps: list[Text]
    rest: list[Text]
    characters: int
    most: int
    missing: list[str]
    files: list[File]
    shows: dict[str, list[tuple[str, str]]]
    takes_files: bool
    typed: Typed
    staged_at: datetime | None
    submitted_at: datetime | None

    @property
    def texts(self) -> list[Text]:
        """Return every text that says something."""
        return [each for each in (*self.helps, *self.rest) if each.text]

    @property
    def wrong(self) -> str:
        """What is wrong with all of it; empty where nothing is."""
        return self.typed.wrong.get("", "")

    @property
    def count(self) -> str:
        return f"{self.characters:,}"

    @property
    def limit(self) -> str:
        return f"{self.most:,}"

    @property
    def rest_filled(self) -> int:
        return sum(bool(each.text) for each in self.rest)

    @property
    def rest_open(self) -> bool:
        """Whether something is wrong among what is folded away."""
        return any(each.wrong for each in self.rest)

    @property
    def url(self) -> str:
        return page(self.id)

    @property
    def accept_url(self) -> str:
        return reverse("payments:accept_dispute", args=[self.id])


def of(
    dispute: Dispute,
    user: Any,
    now: datetime,
    *,
    among: Collection[Entry] | None = None,
    typed: Typed | None = None,
) -> Answer:
    """
    Return the answer to one dispute.

    :param among: all payments of its booking, where they were read already.
    :param typed: what this person has just sent, where it was not taken.
    """
    typed = typed or Typed()
    row = evidence.kept(dispute)
    may = hotel.may(user, hotel.Right.PROTECT, dispute.organization_id, dispute.property_id)
    closed = submissions.why_closed(dispute, row, now)
    handed_in = bool(row and row.submitted_at)
    told = handed_in or (dispute.needs_response and not _is_late(dispute, now))
    pack = evidence.pack_of(dispute, row, among) if told else NOTHING
    helps, rest = _sorted(dispute.reason, words.TEXTS)
    texts = {name: _text(name, pack, typed) for name in words.TEXTS}
    return Answer(
        id=dispute.pk,
        key=time_ordered_id(),
        closed=closed or ("" if may else hotel.refusal(hotel.Right.PROTECT)),
        may=may,
        told=told,
        helps=[texts[name] for name in helps],
        rest=[texts[name] for name in rest],
        characters=words.characters({name: each.text for name, each in texts.items()}),
        most=words.MOST_CHARACTERS,
        missing=pack.missing,
        files=[_file(each) for _, each in sorted(pack.files.items())],
        shows=_choices(dispute.reason),
        takes_files=dispute.reservation_id is not None,
        typed=typed,
        staged_at=pack.staged_at,
        submitted_at=pack.submitted_at,
    )


def _is_late(dispute: Dispute, now: datetime) -> bool:
    return dispute.evidence_due_by is not None and now >= dispute.evidence_due_by


def _sorted(reason: str, names: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    """Return those names that convince a bank in such a case, and all others."""
    matter = words.matters(reason)
    first = [*(name for name in matter if name not in words.ALWAYS), *words.ALWAYS, _ELSE]
    helps = [name for name in first if name in names]
    return helps, [name for name in names if name not in helps]


def _text(name: str, pack: Pack, typed: Typed) -> Text:
    label, most = words.TEXTS[name]
    stands = pack.evidence.get(name, "")
    touched = typed.touched(name)
    return Text(
        name=name,
        label=label,
        text=typed.texts[name] if touched else stands,
        mark=mark(stands),
        long=most > words.SHORT,
        wrong=typed.wrong.get(name, ""),
        now=stands if touched and typed.overtaken(name, pack) else "",
    )


def _file(row: EvidenceFile) -> File:
    kept = row.attachment
    url = reverse("payments:attachment", args=[kept.pk])
    return File(words.FILES[row.name], kept.name, kept.size, url, bool(row.stripe_file_id))


def _choices(reason: str) -> dict[str, list[tuple[str, str]]]:
    helps, rest = _sorted(reason, words.FILES)
    groups = {"What helps here": helps, "Other": rest}
    return {title: [(name, words.FILES[name]) for name in names] for title, names in groups.items()}
