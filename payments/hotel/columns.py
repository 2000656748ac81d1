"""What the rest of the hotel reads of its Stripe accounts."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from payments.hotel.tables import organizations, properties

CENTRALIZED, PER_PROPERTY = "centralized", "per_property"
_EMPTY = {
    "stripe_account_id": "",
    "stripe_onboarding_complete": False,
    "stripe_charges_enabled": False,
}


def write_account(
    organization_id: UUID,
    property_id: UUID | None,
    *,
    stripe_id: str,
    onboarding_complete: bool,
    charges_enabled: bool,
    replaces: bool = False,
) -> None:
    """
    Write what the rest of the hotel reads about the account of an organization or a house.

    Nothing where the organization keeps its accounts the other way: its own, or its houses'.

    :param replaces: it takes the place of another account; else that one's columns stay.
    """
    rows = (
        properties().filter(pk=property_id, organization__stripe_architecture=PER_PROPERTY)
        if property_id
        else organizations().filter(pk=organization_id, stripe_architecture=CENTRALIZED)
    )
    if not replaces:
        rows = rows.filter(stripe_account_id__in=("", stripe_id))
    rows.update(
        stripe_account_id=stripe_id,
        stripe_onboarding_complete=onboarding_complete,
        stripe_charges_enabled=charges_enabled,
    )


def empty_columns(organization_id: UUID, property_id: UUID | None) -> None:
    """Write that an organization or a house has no account."""
    rows = (
        properties().filter(pk=property_id)
        if property_id
        else organizations().filter(pk=organization_id)
    )
    rows.update(**_EMPTY)


@dataclass(frozen=True, slots=True)
class Limits:
    """How much the front desk may charge and refund; amounts in minor units of `currency`."""

    currency: str
    amounts: dict[str, int | None]  # "charge" and "refund"; None where there is no limit

    @classmethod
    def of(cls, currency: str, kept: dict[str, int]) -> "Limits":
        """Return the limits that an organization keeps in its column."""
        return cls(currency, {name: kept.get(name) for name in ("charge", "refund")})


def limits_of(organization_id: UUID) -> Limits:
    """Return how much the front desk of an organization may charge and refund at once."""
    found = organizations().filter(pk=organization_id).values_list("currency", "limits").first()
    return Limits.of(*found) if found else Limits.of("", {})


def limit_of(organization_id: UUID, name: str) -> int | None:
    """Return one limit, `charge` or `refund`, in minor units of the organization's currency."""
    return limits_of(organization_id).amounts[name]


def hands_in_evidence(organization_id: UUID) -> bool:
    """Say whether evidence is handed in before its deadline when nobody did."""
    return bool(organizations().filter(pk=organization_id, submits_evidence=True).exists())


def organization_with_slug(slug: str) -> Any:
    """
    Return the organization with this slug, locked; None where there is none.

    Its key stays free: whoever writes what belongs to it need not wait.
    """
    return organizations().select_for_update(no_key=True).filter(slug=slug).first()


def houses_of(organization_id: UUID) -> dict[str, UUID]:
    """Return the houses of an organization by their slugs."""
    rows = properties().filter(organization=organization_id).order_by("slug")
    return dict(rows.values_list("slug", "pk"))


def set_architecture(organization_id: UUID, to: str) -> None:
    """Say whose accounts take new money, and empty the columns of those that no longer do."""
    organizations().filter(pk=organization_id).update(stripe_architecture=to)
    if to == PER_PROPERTY:
        organizations().filter(pk=organization_id).update(**_EMPTY)
    else:
        properties().filter(organization=organization_id).update(**_EMPTY)
