"""How a mail is written and found."""

from collections.abc import Callable
from dataclasses import dataclass, field

from payments.notifications.case import Case

GOOD, BAD, PLAIN = "good", "bad", "plain"

Lines = list[tuple[str, str]]


@dataclass(frozen=True, kw_only=True)
class Mail:
    """
    What one mail says; the same for its text and its HTML.

    :param figure: the sum it is about, shown large.
    :param says: paragraphs. Plain text, never HTML.
    :param lines: facts with their names; those without a value are left out.
    :param to_do: what the reader should do now.
    :param link: where they do it, and `link_words` what that is called.
    """

    subject: str
    title: str
    says: list[str]
    figure: str = ""
    lines: Lines = field(default_factory=list)
    to_do: str = ""
    link: str = ""
    link_words: str = ""
    tone: str = PLAIN


Writes = Callable[[Case], Mail]


@dataclass(frozen=True)
class Kind:
    """
    One kind of mail.

    :param about: the kind of record it follows from, to ask again whether it is still true; a
        pay link's follows from the link.
    """

    about: str
    write: Writes


MAILS: dict[str, Kind] = {}


def mail(kind: str, *, about: str) -> Callable[[Writes], Writes]:
    """Register how a mail of this kind is written."""

    def register(write: Writes) -> Writes:
        MAILS[kind] = Kind(about, write)
        return write

    return register


def told(*lines: tuple[str, str]) -> Lines:
    """Return the lines that say something."""
    return [(name, value) for name, value in lines if value]
