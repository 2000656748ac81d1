"""Rows of the hotel, with no surprises in them."""

from datetime import date

import factory
from django.contrib.auth import get_user_model

from organizations.models import Membership, Organization, Property, Role
from payments.models import ConnectedAccount, Customer
from reservations.models import Guest, Reservation


class OrganizationFactory(factory.django.DjangoModelFactory[Organization]):
    class Meta:
        model = Organization
        django_get_or_create = ("slug",)

    slug = "harbour"
    name = factory.LazyAttribute(lambda o: o.slug.title() + " Hotels")
    currency = "eur"
    timezone = "Europe/Lisbon"


class PropertyFactory(factory.django.DjangoModelFactory[Property]):
    class Meta:
        model = Property
        django_get_or_create = ("organization", "slug")

    organization = factory.SubFactory(OrganizationFactory)
    slug = "downtown"
    name = factory.LazyAttribute(lambda p: f"{p.organization.name} {p.slug.title()}")
    timezone = "Europe/Lisbon"


class AccountFactory(factory.django.DjangoModelFactory[ConnectedAccount]):
    class Meta:
        model = ConnectedAccount
        django_get_or_create = ("stripe_id", "livemode")

    stripe_id = "acct_harbour"
    account = factory.SelfAttribute("stripe_id")
    livemode = False
    organization = factory.SubFactory(OrganizationFactory)


class CustomerFactory(factory.django.DjangoModelFactory[Customer]):
    class Meta:
        model = Customer
        django_get_or_create = ("stripe_id",)

    account = ""
    stripe_id = "cus_platform_harbour"
    organization = factory.SubFactory(OrganizationFactory)


class GuestFactory(factory.django.DjangoModelFactory[Guest]):
    class Meta:
        model = Guest

    organization = factory.SubFactory(OrganizationFactory)
    name = "Guest of the house"
    email = "guest@example.com"


class ReservationFactory(factory.django.DjangoModelFactory[Reservation]):
    class Meta:
        model = Reservation

    code = factory.Sequence(lambda n: f"HB-{10_000 + n}")
    property = factory.SubFactory(PropertyFactory)
    organization = factory.SelfAttribute("property.organization")
    guest = factory.SubFactory(GuestFactory, organization=factory.SelfAttribute("..organization"))
    arrival = date(2096, 12, 5)  # never over
    departure = date(2096, 12, 9)
    currency = "eur"
    total = 120_000


class UserFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = get_user_model()

    username = factory.Sequence(lambda n: f"staff{n}")
    is_staff = True


class MembershipFactory(factory.django.DjangoModelFactory[Membership]):
    class Meta:
        model = Membership

    user = factory.SubFactory(UserFactory)
    organization = factory.SubFactory(OrganizationFactory)
    role = Role.MANAGER
