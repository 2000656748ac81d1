"""Every scenario, from the signed event to the booking's money."""

import pytest

from payments.hotel import bookings
from payments.records.bookings import folios
from sandbox.scenarios import SCENARIOS
from tests.conftest import stay_of


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_scenario_leaves_the_money_it_says(name, stripe, booking):
    scenario, stay = SCENARIOS[name], stay_of(booking)

    stripe.sends(scenario.events(stay))

    (folio,) = folios(bookings([booking.pk]).values())
    state = folio.as_json()
    assert {key: state[key] for key in scenario.expects(stay)} == scenario.expects(stay)
