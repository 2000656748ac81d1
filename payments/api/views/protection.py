"""Disputes, fraud warnings and reviews."""

from abc import abstractmethod
from collections.abc import Collection, Sequence
from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from payments import hotel
from payments.api import bodies
from payments.api.shapes import protection as shapes
from payments.api.shapes.evidence import EvidenceFileShape, EvidenceShape, SubmittedShape
from payments.api.shapes.payments import WITH, RefundShape
from payments.api.views.base import PROMISED, Address, Asking, Known, Listing, One, with_stripe_id
from payments.models import (
    Dispute,
    EarlyFraudWarning,
    EvidenceFile,
    OutgoingRequest,
    Refund,
    Review,
)
from payments.operations import outcome
from payments.operations.protection import (
    disputes,
    evidence,
    fraud_warnings,
    reviews,
    submissions,
)
from payments.outgoing import promises

_FILTERS = {"stripe_id": with_stripe_id, "reservation": hotel.of_booking}


class _Threats(Address):
    """Things that threaten money that came, of one kind."""

    model: Any
    shape: ClassVar[type[BaseSerializer[Any]]]
    filters = _FILTERS

    def rows(self) -> QuerySet[Any]:
        found: QuerySet[Any] = self.visible(self.model.objects.filter(seen=True))
        return found.select_related(*WITH)

    def shown(self, given: Any) -> Any:
        return self.shape(given, many=isinstance(given, list)).data


class Disputes(_Threats, Listing):
    """What cardholders asked their banks to give back, the newest first."""

    model = Dispute
    shape = shapes.DisputeShape


class DisputeOne(_Threats, One):
    """One dispute."""

    model = Dispute
    shape = shapes.DisputeShape


def _answer(shown: Any, *, promised: bool, status: int = 200) -> Response:
    """Return what is shown; while Stripe has not decided, as promised."""
    if promised:
        return Response({**shown, "status": PROMISED}, status=202)
    return Response(shown, status=status)


class Evidence(_Threats, Known):
    """The answer to a dispute, as composed and edited; what is written is staged at Stripe."""

    model = Dispute
    shape = EvidenceShape
    sends = {"PATCH": bodies.Evidence}

    def shown(self, row: Any) -> Any:
        return EvidenceShape(evidence.pack(row)).data

    def get(self, request: Request, **kwargs: Any) -> Response:
        return Response(self.shown(self.thing))

    def patch(self, request: Request, **kwargs: Any) -> Response:
        pack = submissions.stage(
            dispute=self.thing, evidence=self.body()["evidence"], by=request.user
        )
        promised = promises.under_way(self.thing.pk, "stage_evidence").exists()
        return _answer(EvidenceShape(pack).data, promised=promised)


class Files(_Threats, Known, Asking):
    """A file for one evidence name, in place of the one before."""

    model = Dispute
    parser_classes = (MultiPartParser,)
    sends = {"POST": bodies.EvidenceFile}
    shape = EvidenceFileShape
    status = 201
    kinds = ("evidence_file",)

    def act(self) -> Response:
        sent = self.body()
        kept = submissions.attach_file(
            dispute=self.thing, name=sent["name"], file=sent["file"], by=self.request.user
        )
        return self._told(kept)

    def standing(self, made: Sequence[OutgoingRequest]) -> Response:
        _see_that_it_was_not_refused(made)
        files = EvidenceFile.objects.select_related("attachment")
        found = files.filter(pack__dispute=self.thing, pk=made[0].params.get("file")).first()
        if found is None:
            raise evidence.NotActionable("Another file stands under that name by now.")
        return self._told(found)

    def _told(self, kept: EvidenceFile) -> Response:
        shown = EvidenceFileShape(kept).data
        return _answer(shown, promised=not kept.stripe_file_id, status=201)


def _see_that_it_was_not_refused(made: Sequence[OutgoingRequest]) -> None:
    if made[-1].state == OutgoingRequest.State.REFUSED:
        outcome.refuse(made[-1])


class _Answering(_Threats, Known, Asking):
    """Something that is decided about a threat, once."""

    def act(self) -> Response:
        self.decide()
        return self.told()

    @abstractmethod
    def decide(self) -> None:
        """Decide it."""

    def standing(self, made: Sequence[OutgoingRequest]) -> Response:
        _see_that_it_was_not_refused(made)
        return self.told()

    def told(self) -> Response:
        """Return what it is about as it is now."""
        row = self.rows().get(pk=self.thing.pk)
        open = promises.under_way(row.pk, *self.kinds)
        return _answer(self.shown(row), promised=open.exists())


class Submit(_Answering):
    """Hand in the evidence, for good."""

    model = Dispute
    shape = SubmittedShape
    kinds = ("submit_evidence",)

    def decide(self) -> None:
        submissions.submit(dispute=self.thing, by=self.request.user)

    def shown(self, given: Any) -> Any:
        pack = EvidenceShape(evidence.pack(given)).data
        return {**shapes.DisputeShape(given).data, **pack}


class Accept(_Answering):
    """Give in to a dispute: the guest keeps the money."""

    model = Dispute
    shape = shapes.DisputeShape
    kinds = ("accept_dispute",)

    def decide(self) -> None:
        disputes.accept(dispute=self.thing, by=self.request.user)


class FraudWarnings(_Threats, Listing):
    """Payments that a card network takes for fraudulent, the newest first."""

    model = EarlyFraudWarning
    shape = shapes.FraudWarningShape


class FraudWarningOne(_Threats, One):
    """One fraud warning."""

    model = EarlyFraudWarning
    shape = shapes.FraudWarningShape


class RefundWarned(_Threats, Known, Asking):
    """Give back what a card network takes for fraudulent, before it becomes a dispute."""

    model = EarlyFraudWarning
    shape = RefundShape
    status = 201
    kinds = ("refund",)

    def act(self) -> Response:
        return self._told(fraud_warnings.refund(warning=self.thing, by=self.request.user).pk)

    def standing(self, made: Sequence[OutgoingRequest]) -> Response:
        _see_that_it_was_not_refused(made)
        return self._told(made[-1].about)

    def _told(self, id: UUID) -> Response:
        refund = Refund.objects.select_related(*WITH).get(pk=id)
        shown = RefundShape(refund).data
        return _answer(shown, promised=refund.status == PROMISED, status=201)


class Reviews(_Threats, Listing):
    """Payments that Stripe wants somebody to look at, the newest first."""

    model = Review
    shape = shapes.ReviewShape


class ReviewOne(_Threats, One):
    """One review."""

    model = Review
    shape = shapes.ReviewShape


class Approve(_Answering):
    """Say that a payment is good."""

    model = Review
    shape = shapes.ReviewShape
    kinds = ("approve_review",)

    def decide(self) -> None:
        reviews.approve(review=self.thing, by=self.request.user)


class Refuse(_Answering):
    """Say that a payment is fraud: what was taken goes back, what is held is let go."""

    model = Review
    shape = shapes.ReviewShape
    kinds = ("refund", "cancel")

    def decide(self) -> None:
        reviews.refuse(review=self.thing, by=self.request.user)

    def told(self) -> Response:
        row = self.rows().get(pk=self.thing.pk)
        refunds = Refund.objects.filter(payment=row.payment, status=PROMISED)
        canceling = promises.under_way(row.payment_id, "cancel")
        promised = refunds.exists() or canceling.exists()
        return _answer(self.shown(row), promised=promised)

    def about(self, answer: dict[str, Any]) -> Collection[Any]:
        payment = self.thing.payment_id
        refunds = Refund.objects.filter(payment=payment).values_list("pk", flat=True)
        return [payment, *refunds]
