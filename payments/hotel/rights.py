"""
Who may do what: the one table of roles, for pages, API, admin and commands alike.

What somebody may see at all is narrowed by `visible_to`; this says what they may do about it.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID

from payments import money
from payments.errors import MayNot
from payments.hotel.jobs import Job, jobs
from payments.hotel.tables import organizations


class Right(StrEnum):
    """Something that a role lets somebody do."""

    LOOK = "look"
    TAKE_PAYMENTS = "take_payments"  # hold, capture, release, pay links, attach, cards on file
    CHARGE_CARD = "charge_card"
    REFUND = "refund"
    PROTECT = "protect"  # disputes, fraud warnings, reviews
    FIGURES = "figures"  # analytics, exports
    SEE_ACCOUNTS = "see_accounts"
    MANAGE_ACCOUNTS = "manage_accounts"  # connect, continue, disconnect; limits; team
    TAKE_ALERTS = "take_alerts"
    REPLAY = "replay"  # have Stripe's events worked on again


OWNER, MANAGER, FINANCE = "owner", "manager", "finance"
FRONT_DESK, READ_ONLY = "front_desk", "read_only"

RIGHTS: dict[Right, tuple[str, ...]] = {
    Right.LOOK: (OWNER, MANAGER, FINANCE, FRONT_DESK, READ_ONLY),
    Right.TAKE_PAYMENTS: (OWNER, MANAGER, FINANCE, FRONT_DESK),
    Right.CHARGE_CARD: (OWNER, MANAGER, FINANCE, FRONT_DESK),
    Right.REFUND: (OWNER, MANAGER, FINANCE, FRONT_DESK),
    Right.PROTECT: (OWNER, MANAGER, FINANCE),
    Right.FIGURES: (OWNER, MANAGER, FINANCE, READ_ONLY),
    Right.SEE_ACCOUNTS: (OWNER, MANAGER, FINANCE),
    Right.MANAGE_ACCOUNTS: (OWNER, MANAGER),
    Right.TAKE_ALERTS: (OWNER, MANAGER, FINANCE, FRONT_DESK),
    Right.REPLAY: (OWNER, MANAGER, FINANCE),
}

# Roles that have a right for the whole organization or not at all.
WHOLE: dict[Right, tuple[str, ...]] = {Right.MANAGE_ACCOUNTS: (MANAGER,)}

# Roles whose right ends at what the organization has set, and which of its limits that is.
LIMITED: dict[Right, str] = {Right.CHARGE_CARD: "charge", Right.REFUND: "refund"}
UNDER_LIMITS = (FRONT_DESK,)

MEANS = {
    Right.LOOK: "look at payments",
    Right.TAKE_PAYMENTS: "take payments or change them",
    Right.CHARGE_CARD: "charge a card on file",
    Right.REFUND: "refund guests",
    Right.PROTECT: "act on disputes, fraud warnings and reviews",
    Right.FIGURES: "see figures and exports",
    Right.SEE_ACCOUNTS: "see Stripe accounts",
    Right.MANAGE_ACCOUNTS: "change Stripe accounts, limits or the team",
    Right.TAKE_ALERTS: "look after alerts",
    Right.REPLAY: "have events worked on again",
}
_PEOPLE = {
    OWNER: "owners",
    MANAGER: "managers",
    FINANCE: "finance",
    FRONT_DESK: "the front desk",
    READ_ONLY: "those who only look",
}


class AboveLimit(MayNot):
    """More than the organization lets this role charge or refund."""

    code = "above_limit"


def may(
    user: Any, right: Right, organization_id: UUID | None, property_id: UUID | None = None
) -> bool:
    """
    Say whether this person may do this at an organization.

    :param property_id: the house that it is about. None where it is about the organization: what
        of it somebody sees is for `visible_to` to say, but its accounts, limits and team are
        changed by those alone who work for all of its houses.
    """
    if user.is_superuser:
        return True
    job = jobs(user).get(organization_id) if organization_id else None
    return job is not None and _lets(job, right, property_id)


def require(
    user: Any, right: Right, organization_id: UUID | None, property_id: UUID | None = None
) -> None:
    """
    See that this person may do this; as `may`.

    :raises MayNot: they may not; the sentence says who may.
    """
    if not may(user, right, organization_id, property_id):
        raise MayNot(refusal(right))


def refusal(right: Right) -> str:
    """Return what somebody hears who may not do this: that they may not, and who may."""
    return f"Your role does not let you {MEANS[right]}. {_who(right)} may."


def require_within_limit(
    user: Any, right: Right, organization_id: UUID, *, amount: int, currency: str
) -> None:
    """
    See that this person may charge or refund that much at once.

    :param amount: in minor units of `currency`. In another currency than the limit's nobody can
        say whether it is beyond it, so that those under limits may not.
    :raises AboveLimit: the sentence says who may.
    """
    if user.is_superuser:
        return
    job = jobs(user).get(organization_id)
    if job is None or job.role not in UNDER_LIMITS:
        return
    limits = job.limits
    limit = limits.amounts[LIMITED[right]]
    if limit is None or (currency == limits.currency and amount <= limit):
        return
    others = _who(right, but=UNDER_LIMITS)
    most = money.show(limit, limits.currency)
    raise AboveLimit(f"Your role lets you {MEANS[right]} up to {most}. {others} may go beyond.")


@dataclass(frozen=True)
class Rights:
    """
    What one person may do at the organizations they work for; houses are `visible_to`'s to narrow.

    :param everything: they look after the system.
    """

    everything: bool = False
    roles: dict[UUID, str] = field(default_factory=dict)

    def anywhere(self, right: Right) -> bool:
        """Say whether they may do this at any organization."""
        return self.everything or any(role in RIGHTS[right] for role in self.roles.values())

    def at(self, organization_id: UUID, right: Right) -> bool:
        """Say whether they may do this there, at the houses that they see."""
        return self.everything or self.roles.get(organization_id) in RIGHTS[right]


def rights_of(user: Any) -> Rights:
    """Return what this person may do, everywhere they work."""
    roles = {organization: job.role for organization, job in jobs(user).items()}
    return Rights(everything=bool(user.is_superuser), roles=roles)


def organizations_where(
    user: Any, right: Right, among: Collection[UUID] | None = None
) -> set[UUID]:
    """
    Return the organizations at which this person may do this.

    :param among: of these alone.
    """
    if user.is_superuser and among is not None:
        return set(among)
    if user.is_superuser:
        return set(organizations().order_by().values_list("pk", flat=True))
    found = {id for id, job in jobs(user).items() if _lets(job, right, None)}
    return found if among is None else found.intersection(among)


def may_anywhere(user: Any, right: Right) -> bool:
    """Say whether this person may do this at any organization or house."""
    return user.is_superuser or any(job.role in RIGHTS[right] for job in jobs(user).values())


def _lets(job: Job, right: Right, property_id: UUID | None) -> bool:
    """Say whether a job has this right, for this house."""
    if job.role not in RIGHTS[right]:
        return False
    if not job.houses:
        return True
    if property_id is None:
        return right not in WHOLE
    return property_id in job.houses and job.role not in WHOLE.get(right, ())


def _who(right: Right, but: Collection[str] = ()) -> str:
    """Return who has this right, as a sentence begins."""
    people = [_PEOPLE[role] for role in RIGHTS[right] if role not in but]
    said = " and ".join(filter(None, [", ".join(people[:-1]), people[-1]]))
    where = " of the whole organization" if right in WHOLE else ""
    return said[0].upper() + said[1:] + where
