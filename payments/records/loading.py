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
from django.db.models import Exists, OuterRef, Q, QuerySet

from payments import bulk
from payments.models import (
    KINDS,
    OF_A_CHARGE,
    OF_A_PAYMENT,
    CashBalanceTransaction,
    Customer,
    PaymentMethod,
)
from payments.models.base import StripeRecord, time_ordered_id

Name = tuple[str, str, bool, str]  # kind, account, livemode, Stripe id

_STUB = ["id", "account", "livemode", "stripe_id", "organization", "updated_at"]

_NAMES = ["stripe_id", "account"]  # beside what a model says; a promised row gets them late

_FEW = 20  # parents: what belongs to them is read with one statement


def belonging(payments: Collection[UUID]) -> Iterator[tuple[str, Iterable[Any]]]:
    """Yield, by kind, what belongs to these payments, in no order."""
    if payments:
        asked = _asked(OF_A_PAYMENT, "payment", payments)
        few = len(payments) <= _FEW
        found = bulk.read(asked) if few else (each.rows() for each in asked)
        yield from zip(OF_A_PAYMENT, found, strict=True)


def _asked(
    kinds: Collection[str],
    field: str,
    values: Collection[UUID],
    of: bulk.Asked | None = None,
    **fixed: Any,
) -> list[bulk.Asked]:
    asked = []
    for model in (KINDS[kind] for kind in kinds):
        type = {"type": model.identity("")["type"]} if model._meta.proxy else {}
        asked.append(bulk.Asked(model, field, values, type | fixed, of))
    return asked


class Rows:
    """The rows of one batch, found by kind, account, mode and Stripe id."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.new: set[UUID] = set()  # nobody knew of them before: nothing is known about them
        self.tied: set[UUID] = set()  # of which two sightings share a second
        self.changed: dict[UUID, StripeRecord] = {}
        self._rows: dict[Name, Any] = {}
        self._ids: set[UUID] = set()
        self._named: set[UUID] = set()  # rows that we promised, whose objects Stripe has made
        self._joined: set[UUID] = set()  # charges whose payment is known only now
        self._aside: set[UUID] = set()  # whose payment nobody here holds: read, never written

    def __getitem__(self, name: Name) -> Any:
        return self._rows[name]

    def get(self, name: Name) -> Any:
        """Return a row, or None where the batch has none."""
        return self._rows.get(name)

    def __iter__(self) -> Iterator[Any]:
        return iter(list(self._rows.values()))

    def held(self) -> list[Any]:
        """Return all rows but those of other payments, which are only read."""
        return [row for row in self if row.pk not in self._aside]

    def of(self, kind: str) -> list[Any]:
        """Return all rows of one kind."""
        return [row for name, row in self._rows.items() if name[0] == kind]

    def put(self, row: Any, **values: Any) -> None:
        """Set what follows from other rows, and remember to write it."""
        if row.pk in self._aside:
            return
        for field, value in values.items():
            if getattr(row, field) != value:
                setattr(row, field, value)
                self.changed[row.pk] = row

    def lock(
        self,
        wanted: dict[Name, UUID],
        promised: Mapping[Name, UUID] | None = None,
        told: Collection[Name] = (),
    ) -> None:
        """
        Load these objects' rows, locked; make a row for each that has none.

        :param wanted: the organization that each belongs to.
        :param promised: our own row that an object says it was made for.
        :param told: those all of whose parents are wanted, too.
        """
        wanted = self._known_parents(wanted, told) | wanted
        for kind, model in KINDS.items():
            names = {name for name in wanted if name[0] == kind and name not in self._rows}
            if not names:
                continue
            ours = {name: id for name, id in (promised or {}).items() if name in names}
            waiting = self._keep_locked(kind, model, names, ours.values())
            if waiting:
                self._give_ids(kind, model, ours, waiting, wanted)
            missing = sorted(names - self._rows.keys(), key=lambda name: name[3])
            if missing:
                self._make(kind, model, missing, wanted)

    def _keep_locked(
        self, kind: str, model: Any, names: set[Name], ours: Collection[UUID]
    ) -> dict[UUID, Any]:
        """Load the rows of these names, locked; return those of ours that have no name yet."""
        found = list(self._locked(model, {name[3] for name in names}, ours))
        self._keep(kind, (row for row in found if row.stripe_id), names)
        return {row.pk: row for row in found if not row.stripe_id}

    def _give_ids(
        self,
        kind: str,
        model: Any,
        ours: Mapping[Name, UUID],
        waiting: dict[UUID, Any],
        wanted: dict[Name, UUID],
    ) -> None:
        """Let the rows that we promised stand for the objects that Stripe has made of them."""
        for name, id in sorted(ours.items()):
            row, stub = waiting.get(id), self.get(name)
            if row is None or (stub is not None and stub.seen):
                continue
            if stub is not None and stub.organization_id != row.organization_id:
                continue
            if (row.organization_id, row.livemode) != (wanted[name], name[2]):
                continue
            if row.account not in ("", name[1]):
                continue
            del waiting[id]
            if stub is None:
                self.new.add(id)
            else:
                self._replace(kind, stub, row)
            fixed = {"stripe_id": name[3], "account": name[1], **model.identity(name[3])}
            for column, value in fixed.items():
                setattr(row, column, value)
            self._rows[name] = self.changed[id] = row
            self._ids.add(id)
            self._named.add(id)

    def _replace(self, kind: str, stub: Any, row: Any) -> None:
        """Give what belongs to a row that others' naming made to the row that we promised."""
        for model in KINDS.values():
            if kind in model.PARENTS:
                model.objects.filter(**{f"{kind}_id": stub.pk}).update(**{f"{kind}_id": row.pk})
        type(stub).objects.filter(pk=stub.pk).delete()

    def _known_parents(self, wanted: dict[Name, UUID], told: Collection[Name]) -> dict[Name, UUID]:
        """
        Return what these objects are known to belong to, though nobody names it now.

        Not locked yet: a refund that names its charge alone must not be locked before the payment.
        """
        found: dict[Name, UUID] = {}
        if not connection.features.has_select_for_update:  # the whole database is one lock
            return found
        for kind, model in reversed(KINDS.items()):
            names = {name for name in (*wanted, *found) if name[0] == kind} - set(told)
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
            self._keep_locked(kind, model, beaten, ())

    def _locked(
        self, model: Any, stripe_ids: Collection[str], ours: Collection[UUID]
    ) -> Iterable[Any]:
        named = Q(stripe_id__in=stripe_ids)
        if ours:
            named |= Q(pk__in=ours, stripe_id="")
        rows: QuerySet[Any] = model.objects.filter(named)
        return rows.select_for_update().order_by("stripe_id", "account", "livemode", "pk")

    def _keep(self, kind: str, rows: Iterable[Any], names: set[Name] | None = None) -> None:
        for row in rows:
            name = (kind, row.account, row.livemode, row.stripe_id or str(row.pk))
            wanted = names is None or name in names
            if wanted and name not in self._rows and row.pk not in self._ids:
                self._rows[name] = row
                self._ids.add(row.pk)

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
                    if kind == "charge" and row.payment_id != parent.pk:
                        self._joined.add(row.pk)
                    self.put(row, **{f"{relation}_id": parent.pk})
        charges = {charge.pk: charge for charge in self.of("charge")}
        for kind in OF_A_CHARGE:
            for row in self.of(kind):
                charge = charges.get(row.charge_id)
                if charge and charge.payment_id and not row.payment_id:
                    self.put(row, payment_id=charge.payment_id)

    def load_families(self, reservations: Collection[UUID]) -> None:
        """
        Load all other payments of these bookings, and what belongs to the payments and customers.

        The caller has locked the bookings; payments and customers are the lock of what is theirs.
        What belongs to a charge belongs to its payment, once that is known.
        """
        here = [row.pk for row in self.of("payment")]
        known = [id for id in here if id not in self.new]
        (others,) = _asked(["payment"], "reservation", reservations)
        if len(known) + len(reservations) <= _FEW:
            family = _asked(OF_A_PAYMENT, "payment", known, of=others if reservations else None)
            found, *children = bulk.read([others, *family])
            theirs: Iterable[tuple[str, Iterable[Any]]] = zip(OF_A_PAYMENT, children, strict=True)
            self._keep("payment", found)
        else:
            self._keep("payment", others.rows())
            theirs = belonging({*known, *(row.pk for row in self.of("payment"))} - self.new)
        for kind, rows in theirs:
            self._keep(kind, rows)
        more = {row.pk for row in self.of("payment")}.difference(here)
        self._aside |= more
        self._aside |= {
            row.pk for kind in OF_A_PAYMENT for row in self.of(kind) if row.payment_id in more
        }
        charges = [
            row.pk
            for row in self.of("charge")
            if row.pk not in self.new and (row.pk in self._joined or row.payment_id is None)
        ]
        if charges:
            loose = bulk.read(_asked(OF_A_CHARGE, "charge", charges, payment=None))
            for kind, rows in zip(OF_A_CHARGE, loose, strict=True):
                self._keep(kind, rows)
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

    def write(self) -> None:
        """Write every row that changed: one statement a kind."""
        by_kind: dict[str, list[Any]] = defaultdict(list)
        for (kind, *_), row in self._rows.items():
            if row.pk in self.changed:
                row.updated_at = self.now
                by_kind[kind].append(row)
        for kind, rows in by_kind.items():
            model = KINDS[kind]
            named = [row for row in rows if row.pk in self._named]
            known = [row for row in rows if row.pk not in self._named]
            bulk.update(model, model.written_fields(), known)
            bulk.update(model, [*model.written_fields(), *_NAMES, *model.identity("")], named)
