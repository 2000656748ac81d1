"""What somebody does at the hotel groups that they work for: one question for all of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from payments.hotel.columns import Limits
from payments.hotel.places import GROUP, Group
from payments.hotel.tables import organizations


@dataclass(frozen=True, slots=True)
class Job:
    """
    Somebody's work for a hotel group.

    :param houses: those that it is for; none: all of them.
    """

    group: Group
    role: str
    limits: Limits
    houses: set[UUID] = field(default_factory=set)


Jobs = dict[UUID, Job]  # by organization

_asked: ContextVar[dict[Any, Jobs] | None] = ContextVar("asked", default=None)


@contextmanager
def asked_once() -> Iterator[None]:
    """Ask meanwhile but once what a person does: for one request, which hears one answer."""
    token = _asked.set({})
    try:
        yield
    finally:
        _asked.reset(token)


def jobs(user: Any) -> Jobs:
    """Return what this person does at each hotel group that they work for."""
    asked = _asked.get()
    if asked is None:
        return _jobs(user)
    if user.pk not in asked:
        asked[user.pk] = _jobs(user)
    return asked[user.pk]


def _jobs(user: Any) -> Jobs:
    if not user.is_authenticated:
        return {}
    found: Jobs = {}
    rows = organizations().filter(memberships__user=user.pk).order_by()
    for *columns, limits, role, house in rows.values_list(
        *GROUP, "limits", "memberships__role", "memberships__properties"
    ):
        group = Group(*columns)
        job = found.setdefault(group.id, Job(group, role, Limits.of(group.currency, limits)))
        if house:
            job.houses.add(house)
    return found


def group(user: Any, slug: str) -> Group | None:
    """Return the hotel group with this slug, if this person may see it."""
    if user.is_superuser:
        row = organizations().filter(slug=slug).values_list(*GROUP).first()
        return Group(*row) if row else None
    return next((job.group for job in jobs(user).values() if job.group.slug == slug), None)
