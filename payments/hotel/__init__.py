"""
The one door to the rest of the hotel: its bookings, its houses, and who may see what.

Only this folder knows the fields of the models that settings name as `PAYMENTS_ORGANIZATION_MODEL`,
`PAYMENTS_PROPERTY_MODEL` and `PAYMENTS_RESERVATION_MODEL`. Another hotel system plugs in here; all
that the rest of payments may ask of it is named below.
"""

from payments.hotel.access import (
    Membership,
    memberships,
    single_houses,
    visible_as_a_whole,
    visible_reservations,
    visible_to,
)
from payments.hotel.arrivals import Arrival, arrivals_at_risk, arriving
from payments.hotel.booking import (
    GUEST,
    MONEY_FIELDS,
    Booking,
    booking_url,
    bookings,
    caption,
    lower_total,
    meant_by,
    named,
    raise_total,
    stay_of,
    with_code,
    write_money,
)
from payments.hotel.clocks import zone, zone_named
from payments.hotel.columns import (
    CENTRALIZED,
    PER_PROPERTY,
    Limits,
    empty_columns,
    hands_in_evidence,
    houses_of,
    limit_of,
    limits_of,
    organization_with_slug,
    set_architecture,
    write_account,
)
from payments.hotel.mailing import Stay, managers, stay
from payments.hotel.matching import Candidate, candidates, candidates_with_code
from payments.hotel.ownership import (
    as_uuid,
    organization_of_properties,
    organization_of_reservations,
    organizations_named,
)
from payments.hotel.places import Group, House, group, groups, houses, organization_name, place
from payments.hotel.policies import GivesBack, Step, gives_back, steps_of
from payments.hotel.rights import (
    RIGHTS,
    AboveLimit,
    Right,
    may,
    may_anywhere,
    organizations_where,
    require,
    require_within_limit,
)
from payments.hotel.tables import organizations, properties, reservations

__all__ = [
    "CENTRALIZED",
    "GUEST",
    "MONEY_FIELDS",
    "PER_PROPERTY",
    "RIGHTS",
    "AboveLimit",
    "Arrival",
    "Booking",
    "Candidate",
    "GivesBack",
    "Group",
    "House",
    "Limits",
    "Membership",
    "Right",
    "Stay",
    "Step",
    "arrivals_at_risk",
    "arriving",
    "as_uuid",
    "booking_url",
    "bookings",
    "candidates",
    "candidates_with_code",
    "caption",
    "empty_columns",
    "gives_back",
    "group",
    "groups",
    "hands_in_evidence",
    "houses",
    "houses_of",
    "limit_of",
    "limits_of",
    "lower_total",
    "managers",
    "may",
    "may_anywhere",
    "meant_by",
    "memberships",
    "named",
    "organization_name",
    "organization_of_properties",
    "organization_of_reservations",
    "organization_with_slug",
    "organizations",
    "organizations_named",
    "organizations_where",
    "place",
    "properties",
    "raise_total",
    "require",
    "require_within_limit",
    "reservations",
    "set_architecture",
    "single_houses",
    "stay",
    "stay_of",
    "steps_of",
    "visible_as_a_whole",
    "visible_reservations",
    "visible_to",
    "with_code",
    "write_account",
    "write_money",
    "zone",
    "zone_named",
]
