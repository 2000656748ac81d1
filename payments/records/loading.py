"""
The rows that a batch works on, each loaded and locked once.

Parents are locked before what belongs to them, each kind in the order of its ids, so that two
workers never wait for each other. Whoever writes what belongs to a payment holds that payment.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import CharField, Exists, OuterRef, Q, QuerySet, Value

from payments import bulk
from payments.models import (
    KINDS,
    OF_A_CHARGE,
    OF_A_PAYMENT,
    CashBalanceTransaction,
    Customer,
    Payment,
    PaymentMethod,
)
from payments.models.base import StripeRecord, time_ordered_id

Name = tuple[str, str, bool, str]  # kind, account, livemode, Stripe id

_STUB = ["id", "account", "livemode", "stripe_id", "organization", "updated_at"]


_FEW = 20  # parents: most of them have nothing of most kinds, and one question says of which


def belonging(payments: Collection[UUID]) -> Iterator[tuple[str, Iterable[Any]]]:
    """Yield, by kind, what belongs to these payments, in no order."""
    yield from _belonging(OF_A_PAYMENT, payments, {"payment__in": payments})


def _belonging(
    kinds: Collection[str], parents: Collection[UUID], where: dict[str, Any]
) -> Iterator[tuple[str, Iterable[Any]]]:
    if not parents:
        return
    for kind in _present(kinds, where) if len(parents) <= _FEW else kinds:
        yield kind, KINDS[kind].objects.filter(**where).order_by()


def _present(kinds: Collection[str], where: dict[str, Any]) -> list[str]:
    """Return of which of these kinds there are any such rows: one statement."""
    asked = [
        KINDS[kind]
        .objects.filter(**where)
        .order_by()
        .annotate(is_a=Value(kind, CharField()))
        .values_list("is_a", flat=True)
        .distinct()
        for kind in kinds
    ]
    found = set(asked[0].union(*asked[1:]))
    return [kind for kind in kinds if kind in found]


class Rows:
    """The rows of one batch, found by kind, account, mode and Stripe id."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.new: set[UUID] = set()
        self.tied: set[UUID] = set()  # of which two sightings share a second
        self.changed: dict[UUID, StripeRecord] = {}
        self._rows: dict[Name, Any] = {}

    def __getitem__(self, name: Name) -> Any:
        return self._rows[name]

    def get(self, name: Name) -> Any:
        """Return a row, or None where the batch has none."""
        return self._rows.get(name)

    def __iter__(self) -> Iterator[Any]:
        return iter(list(self._rows.values()))

    def of(self, kind: str) -> list[Any]:
        """Return all rows of one kind."""
        return [row for name, row in self._rows.items() if name[0] == kind]

    def put(self, row: Any, **values: Any) -> None:
        """Set what follows from other rows, and remember to write it."""
        for field, value in values.items():
            if getattr(row, field) != value:
                setattr(row, field, value)
                self.changed[row.pk] = row

    def lock(self, wanted: dict[Name, UUID], promised: Mapping[Name, UUID] | None = None) -> None:
        """
        Load these objects' rows, locked; make a row for each that has none.

        :param wanted: the organization that each belongs to.
        :param promised: our own row that an object says it was made for.
        """
        wanted = self._known_parents(wanted) | wanted
        for kind, model in KINDS.items():
            names = {name for name in wanted if name[0] == kind and name not in self._rows}
            if not names:
                continue
            self._keep(kind, self._locked(model, {name[3] for name in names}), names)
            ours = {name: id for name, id in (promised or {}).items() if name in names}
            if ours:
                self._give_ids(kind, model, ours, wanted)
            missing = sorted(names - self._rows.keys(), key=lambda name: name[3])
            if missing:
                self._make(kind, model, missing, wanted)

    def _give_ids(
        self, kind: str, model: Any, ours: Mapping[Name, UUID], wanted: dict[Name, UUID]
    ) -> None:
        """Let the rows that we promised stand for the objects that Stripe has made of them."""
        rows = model.objects.select_for_update().filter(pk__in=ours.values(), stripe_id="")
        waiting = {row.pk: row for row in rows.order_by("pk")}
        for name, id in sorted(ours.items()):
            row, stub = waiting.get(id), self.get(name)
            if row is None or (stub is not None and stub.seen):
                continue
            if (row.organization_id, row.livemode) != (wanted[name], name[2]):
                continue
            if row.account not in ("", name[1]):
                continue
            del waiting[id]
            if stub is not None:
                self._replace(kind, stub, row)
            fixed = {"stripe_id": name[3], "account": name[1], **model.identity(name[3])}
            model.objects.filter(pk=id).update(**fixed)
            for column, value in fixed.items():
                setattr(row, column, value)
            self._rows[name] = row

    def _replace(self, kind: str, stub: Any, row: Any) -> None:
        """Give what belongs to a row that others' naming made to the row that we promised."""
        for model in KINDS.values():
            if kind in model.PARENTS:
                model.objects.filter(**{f"{kind}_id": stub.pk}).update(**{f"{kind}_id": row.pk})
        type(stub).objects.filter(pk=stub.pk).delete()

    def _known_parents(self, wanted: dict[Name, UUID]) -> dict[Name, UUID]:
        """
        Return what these objects are known to belong to, though nobody names it now.

        Not locked yet: a refund that names its charge alone must not be locked before the payment.
        """
        found: dict[Name, UUID] = {}
        if not connection.features.has_select_for_update:  # the whole database is one lock
            return found
        for kind, model in reversed(KINDS.items()):
            names = {name for name in (*wanted, *found) if name[0] == kind}
            if not names or not model.PARENTS:
                continue
            rows = model.objects.filter(stripe_id__in={name[3] for name in names}).order_by()
            for account, livemode, stripe_id, organization, *parents in rows.values_list(
                "account", "livemode", "stripe_id", "organization", *model.PARENTS.values()
            ):
                if (kind, account, livemode, stripe_id) in names:
                    for relation, parent in zip(model.PARENTS, parents, strict=True):
                        if parent:
                            found[relation, account, livemode, parent] = organization
        return found

    def _make(self, kind: str, model: Any, missing: list[Name], wanted: dict[Name, UUID]) -> None:
        made = []
        for name in missing:
            row = model(
                id=time_ordered_id(),
                account=name[1],
                livemode=name[2],
                stripe_id=name[3],
                organization_id=wanted[name],
                updated_at=self.now,
            )
            for column, value in model.identity(name[3]).items():
                setattr(row, column, value)
            made.append(row)
        columns = [*_STUB, *model.identity("")]
        inserted = bulk.insert_missing(model, columns, made)
        self.new |= inserted
        self._keep(kind, (row for row in made if row.pk in inserted), set(missing))
        beaten = {name for name in missing if name not in self._rows}  # another worker made them
        if beaten:
            self._keep(kind, self._locked(model, {name[3] for name in beaten}), beaten)

    def _locked(self, model: Any, stripe_ids: Collection[str]) -> Iterable[Any]:
        rows: QuerySet[Any] = model.objects.filter(stripe_id__in=stripe_ids)
        return rows.select_for_update().order_by("stripe_id", "account", "livemode")

    def _keep(self, kind: str, rows: Iterable[Any], names: set[Name] | None = None) -> None:
        for row in rows:
            name = (kind, row.account, row.livemode, row.stripe_id or str(row.pk))
            if (names is None or name in names) and name not in self._rows:
                self._rows[name] = row

    def lock_parents(self) -> None:
        """Load what the loaded rows belong to, by the ids they have of it, and link them."""
        wanted = {}
        for (kind, account, livemode, _), row in list(self._rows.items()):
            for relation, column in KINDS[kind].PARENTS.items():
                parent = getattr(row, column)
                name = (relation, account, livemode, parent)
                if parent and name not in self._rows:
                    wanted[name] = row.organization_id
        if wanted:
            self.lock(wanted)
            self.lock_parents()  # a charge may only now tell its payment
            return
        self._link()

    def _link(self) -> None:
        for (kind, account, livemode, _), row in self._rows.items():
            for relation, column in KINDS[kind].PARENTS.items():
                if parent := self.get((relation, account, livemode, getattr(row, column))):
                    self.put(row, **{f"{relation}_id": parent.pk})
        charges = {charge.pk: charge for charge in self.of("charge")}
        for kind in OF_A_CHARGE:
            for row in self.of(kind):
                charge = charges.get(row.charge_id)
                if charge and charge.payment_id and not row.payment_id:
                    self.put(row, payment_id=charge.payment_id)

    def load_children(self) -> None:
        """Load what belongs to the payments and customers here, which are its lock."""
        payments = [row.pk for row in self.of("payment") if row.pk not in self.new]
        self._load_children_of(payments)
        charges = [row.pk for row in self.of("charge") if row.pk not in self.new]
        self._load(OF_A_CHARGE, charges, charge__in=charges, payment=None)
        moved = {row.customer_id for row in self.of("cash_balance_transaction")} - {None}
        moved |= {row.pk for row in self.of("customer") if row.pk not in self.new}
        if moved:
            model = KINDS["cash_balance_transaction"]
            self._keep("cash_balance_transaction", model.objects.filter(customer__in=moved))
        gone = [row.pk for row in self.of("customer") if row.deleted]
        if gone:
            self._keep("payment_method", PaymentMethod.objects.filter(customer__in=gone))
        self._link()

    def load_replaced(self, methods: Collection[str]) -> None:
        """Load those of these cards that the network replaced: to ask about, not to write."""
        if methods:
            replaced = PaymentMethod.objects.filter(network_updated_at__isnull=False)
            self._keep("payment_method", replaced.filter(stripe_id__in=methods))

    def load_paying_customers(self) -> None:
        """
        Load whoever has bank transfers at Stripe and may mean these payments, with all of them.

        To ask about, not to write.
        """
        named = {row.stripe_customer_id for row in self.of("payment")} - {""}
        moved = {row.customer_id for row in self.of("cash_balance_transaction")} - {None}
        if not named and not moved:
            return
        known = {row.pk for row in self.of("customer")}
        movements = CashBalanceTransaction.objects.order_by()
        found = Customer.objects.filter(
            Q(pk__in=moved - known) | Q(stripe_id__in=named),
            Exists(movements.filter(customer=OuterRef("pk"))),
        ).exclude(pk__in=known)
        others = list(found.order_by())
        self._keep("customer", others)
        if others:
            mine = movements.filter(customer__in=[row.pk for row in others])
            self._keep("cash_balance_transaction", mine)

    def load_rest_of(self, reservations: Collection[UUID]) -> None:
        """Load all other payments of these bookings, which the caller has locked, and their own."""
        known = {row.pk for row in self.of("payment")}
        others = [
            payment
            for payment in Payment.objects.filter(reservation__in=reservations).order_by()
            if payment.pk not in known
        ]
        self._keep("payment", others)
        self._load_children_of([payment.pk for payment in others])

    def _load_children_of(self, payments: Collection[UUID]) -> None:
        self._load(OF_A_PAYMENT, payments, payment__in=payments)

    def _load(self, kinds: Collection[str], parents: Collection[UUID], **where: Any) -> None:
        """Load the rows of these kinds that belong to these parents."""
        for kind, rows in _belonging(kinds, parents, where):
            self._keep(kind, rows)

    def write(self) -> None:
        """Write every row that changed: one statement a kind."""
        by_kind: dict[str, list[Any]] = defaultdict(list)
        for (kind, *_), row in self._rows.items():
            if row.pk in self.changed:
                row.updated_at = self.now
                by_kind[kind].append(row)
        for kind, rows in by_kind.items():
            model = KINDS[kind]
            bulk.update(model, model.written_fields(), rows)
