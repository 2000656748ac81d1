"""People of a hotel, each in a browser of their own."""

import pytest
from django.test import Client

from organizations.models import Role
from tests.factories import MembershipFactory


def somebody(role=Role.MANAGER, *, houses=(), **membership):
    """Return a client where somebody with this role has logged in."""
    member = MembershipFactory(role=role, **membership)
    member.properties.set(houses)
    client = Client()
    client.force_login(member.user)
    return client


@pytest.fixture
def manager(db):
    """A manager of Harbour Hotels, who may see every house."""
    return somebody()
