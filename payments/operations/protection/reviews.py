"""Payments that Stripe wants somebody to look at: approved, or refused and given back."""

from typing import Any

from django.db import transaction

from payments import hotel
from payments.hotel import Right
from payments.models import Payment, Review
from payments.operations import acting, activity, outcome
from payments.operations.payments import payment_intents, refunds
from payments.operations.protection import looking
from payments.operations.protection.evidence import NotActionable
from payments.outgoing import promises


def approve(*, review: Review, by: Any) -> Review:
    """
    Say that a payment is good: Stripe closes the review.

    :raises Refused: they may not, or it is closed.
    """
    hotel.require(by, Right.PROTECT, review.organization_id, review.property_id)
    account = acting.holder(review)
    with transaction.atomic():
        held: Review = Review.objects.select_for_update().get(pk=review.pk)
        if promises.under_way(held.pk, "approve_review").exists():
            return held  # clicked twice
        _see_that_it_is_open(held)
        request = promises.promise(
            "approve_review",
            about=held,
            account=account.stripe_id,
            livemode=held.livemode,
            target=held.stripe_id,
            params={},
            by=by,
        )
        activity.note("review_approved", of=held, by=by, review=held.stripe_id)
    return outcome.keep(request, held)


def refuse(*, review: Review, by: Any) -> Review:
    """
    Say that a payment is fraud: what was taken goes back as such, what is not taken is let go.

    Stripe closes the review by itself then.

    :raises Refused: they may not, it is closed, or the payment is in dispute.
    """
    hotel.require(by, Right.PROTECT, review.organization_id, review.property_id)
    acting.holder(review)
    review.refresh_from_db()
    _see_that_it_is_open(review)
    payment = review.payment
    if payment is None or not payment.seen:
        raise NotActionable("The payment that this is about is not known here yet.")
    if payment.status in payment_intents.CANCELABLE:
        payment_intents.cancel(
            payment=Payment.objects.get(pk=payment.pk), reason="fraudulent", by=by
        )
    else:
        charge = review.charge or payment.charges.filter(status="succeeded").first()
        if charge is None:
            raise NotActionable("Nothing was taken with this payment.")
        refunds.give_all_back(
            charge=charge,
            did="review_refused",
            see=lambda: _see_that_it_is_open(review),
            by=by,
        )
    looking.look_again(review)
    return review


def _see_that_it_is_open(review: Review) -> None:
    review.refresh_from_db()
    if review.closed:
        raise NotActionable("This review is closed already.")
