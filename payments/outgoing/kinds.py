"""The kinds of request that we make of Stripe: how each is asked, found, and read again."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from payments.gateway import (
    accounts,
    customers,
    disputes,
    errors,
    files,
    payment_intents,
    payment_methods,
    refunds,
    reviews,
    setup_intents,
)
from payments.gateway.api import Answer
from payments.handlers import customers as customer_handlers
from payments.models import (
    ConnectedAccount,
    Customer,
    Dispute,
    EvidenceFile,
    EvidencePack,
    OutgoingRequest,
    Payment,
    PaymentMethod,
    Refund,
    Review,
    SetupIntent,
)
from payments.outgoing import promises
from payments.records import accounts as place_accounts
from payments.records import settling
from payments.webhooks import inbox
from payments.webhooks.router import Handler
from payments.words import evidence

_EARLIER = timedelta(minutes=10)  # by how much Stripe's clock may be behind ours
_MOST_PAGES = 50
TAKEN = "account_taken"  # an error's code: another organization has it
REPLACED = "replaced"  # an error's code: what was asked is not wanted any more
PROMISED_CUSTOMER = "customer_row"  # in parameters: our own row, while Stripe has given no id


@dataclass(frozen=True, kw_only=True)
class Kind:
    """
    One kind of request.

    :param model: of the row that it is about.
    :param ask: makes the call.
    :param pages: lists what it may have made since it was promised, to find it by our own id.
    :param of: the parameters that such a list can be narrowed by.
    :param expand: what that list is to show whole.
    :param read: reads the object that it changes.
    :param is_done: says whether an object is already as this request would have it.
    :param shows: the handler that reads the answer, where the object's own is not the one.
    :param after: what else is so once it is done, in the transaction that notes it.
    :param private: its parameters hold what nobody needs to keep once it is decided.
    """

    model: Any
    ask: Callable[[OutgoingRequest], Answer]
    pages: Callable[..., Answer] | None = None
    of: tuple[str, ...] = ()
    expand: tuple[str, ...] = ()
    read: Callable[[OutgoingRequest], Answer] | None = None
    is_done: Callable[[OutgoingRequest, dict[str, Any]], bool] | None = None
    shows: Handler | None = None
    after: Callable[[OutgoingRequest], None] | None = None
    private: bool = False

    def find(self, request: OutgoingRequest) -> Answer | None:
        """
        Return the object that this request made, if it made one, by our id in its metadata.

        Lists know at once what a search would know a minute later.

        :raises Declined: it was made, and the card declined.
        :raises GatewayError: Stripe did not say.
        """
        if self.pages is None:
            return None
        since = int((request.created_at - _EARLIER).timestamp())
        params: dict[str, Any] = {"limit": 100, "created": {"gte": since}}
        params |= {name: request.params[name] for name in self.of if name in request.params}
        params |= {"expand": list(self.expand)} if self.expand else {}
        for _ in range(_MOST_PAGES):
            answer = self.pages(account=request.account, params=params)
            found = answer.object.get("data") or []
            for each in found:
                if (each.get("metadata") or {}).get("transactionId") == str(request.about):
                    _see_it_was_not_declined(request, each, answer.at)
                    return Answer(each, answer.at)
            if not answer.object.get("has_more") or not found:
                return None
            params = {**params, "starting_after": found[-1]["id"]}
        return None


def _see_it_was_not_declined(request: OutgoingRequest, found: dict[str, Any], at: datetime) -> None:
    """
    See that a card that was to be charged at once was, as the lost answer would have said.

    :raises Declined: its bank said no.
    """
    error = found.get("last_payment_error") or {}
    if error and found.get("status") == "requires_payment_method" and request.params.get("confirm"):
        raise errors.Declined(
            str(error.get("message") or ""),
            code=str(error.get("code") or ""),
            decline_code=str(error.get("decline_code") or ""),
            object=found,
            at=at,
        )


def _with_customer(params: dict[str, Any]) -> dict[str, Any]:
    """
    Return parameters that name a customer by its Stripe id, where they name one only promised.

    :raises Busy: Stripe has not made that customer yet.
    """
    if PROMISED_CUSTOMER not in params:
        return params
    rest = {name: value for name, value in params.items() if name != PROMISED_CUSTOMER}
    customer = Customer.objects.filter(pk=params[PROMISED_CUSTOMER]).first()
    if customer is None:
        return rest
    if not customer.stripe_id:
        raise errors.Busy("The customer that this is for has not been made yet.")
    return {**rest, "customer": customer.stripe_id}


def _makes(module: Any) -> Callable[[OutgoingRequest], Answer]:
    def ask(request: OutgoingRequest) -> Answer:
        params = _with_customer(request.params)
        made: Answer = module.create(account=request.account, params=params, key=request.key)
        return made

    return ask


def _does(module: Any, verb: str) -> Callable[[OutgoingRequest], Answer]:
    def ask(request: OutgoingRequest) -> Answer:
        done: Answer = getattr(module, verb)(
            request.target, account=request.account, params=request.params, key=request.key
        )
        return done

    return ask


def _reads(module: Any) -> Callable[[OutgoingRequest], Answer]:
    def read(request: OutgoingRequest) -> Answer:
        found: Answer = module.retrieve(request.target, account=request.account)
        return found

    return read


def _was_captured(request: OutgoingRequest, intent: dict[str, Any]) -> bool:
    return intent.get("status") == "succeeded"


def _was_canceled(request: OutgoingRequest, intent: dict[str, Any]) -> bool:
    return intent.get("status") == "canceled"


def _is_default(request: OutgoingRequest, customer: dict[str, Any]) -> bool:
    wanted = request.params["invoice_settings"]["default_payment_method"]
    kept = (customer.get("invoice_settings") or {}).get("default_payment_method")
    return bool(kept == wanted)


def _was_detached(request: OutgoingRequest, method: dict[str, Any]) -> bool:
    return method.get("customer") is None


def _was_staged(request: OutgoingRequest, dispute: dict[str, Any]) -> bool:
    kept = dispute.get("evidence") or {}
    return all((kept.get(k) or "") == v for k, v in request.params.get("evidence", {}).items())


def _was_submitted(request: OutgoingRequest, dispute: dict[str, Any]) -> bool:
    details = dispute.get("evidence_details") or {}
    again = dispute.get("status") == "appeal_needs_response"
    return bool(details.get("submission_count")) and not again


def _was_lost(request: OutgoingRequest, dispute: dict[str, Any]) -> bool:
    return dispute.get("status") in ("lost", "warning_closed")


def _was_closed(request: OutgoingRequest, review: dict[str, Any]) -> bool:
    return review.get("open") is False


def _brings_file(request: OutgoingRequest) -> Answer:
    """Bring a file of evidence to Stripe, from where attachments are kept."""
    row = EvidenceFile.objects.select_related("attachment").filter(pk=request.params["file"])
    found = row.first()
    if found is None:
        raise errors.Gone("Another file took the place of this one.", code=REPLACED)
    try:
        with found.attachment.file.open("rb") as file:
            return files.create(
                account=request.account, purpose="dispute_evidence", file=file, key=request.key
            )
    except FileNotFoundError as error:
        raise errors.Gone("The file is not kept here any more.", code="file_gone") from error


def _put_into_evidence(request: OutgoingRequest) -> None:
    """A file that Stripe has now becomes evidence next, unless another took its place."""
    made = str((request.answer or {}).get("id") or "")
    row = EvidenceFile.objects.filter(pk=request.params["file"])
    if not row.update(stripe_file_id=made):
        return
    dispute = Dispute.objects.get(pk=request.about)
    promises.promise(
        "stage_evidence",
        about=dispute,
        account=request.account,
        livemode=request.livemode,
        target=dispute.stripe_id,
        params={"evidence": {request.params["name"]: made}, "submit": False},
        by=request.created_by,
    )


def _note_staged(request: OutgoingRequest) -> None:
    """Note that Stripe has the evidence as it stands, unless it was changed since it was asked."""
    packs = EvidencePack.objects.filter(dispute=request.about)
    packs.exclude(edited_at__gt=request.created_at).update(staged_at=timezone.now())


def _note_submitted(request: OutgoingRequest) -> None:
    """Keep what was handed in: what is composed from the stay may be another tomorrow."""
    told = request.params.get("evidence", {})
    draft = {name: told.get(name, "") for name in evidence.TEXTS}
    packs = EvidencePack.objects.filter(dispute=request.about)
    packs.update(submitted_at=timezone.now(), draft=draft)


def _makes_account(request: OutgoingRequest) -> Answer:
    """Make an account; whatever Stripe answers, one that another organization has stays there."""
    made = accounts.create(params=request.params, key=request.key)
    id = str(made.object.get("id") or "")
    others = ConnectedAccount.objects.filter(stripe_id=id).exclude(pk=request.about)
    if others.exclude(organization=request.organization_id).exists():
        raise errors.RefusedByStripe(f"{id} belongs to another organization.", code=TAKEN)
    return made


def _let_go(request: OutgoingRequest) -> Answer:
    try:
        client_id = request.params["client_id"]
        return accounts.deauthorize(request.target, client_id=client_id, key=request.key)
    except errors.RefusedByStripe as error:
        if error.code != "invalid_client":  # what is not connected any more was let go already
            raise
        return Answer({"stripe_user_id": request.target}, error.at)


def _become_known(request: OutgoingRequest) -> None:
    """A new account takes its place's new money, and what Stripe said of it already is due now."""
    account = ConnectedAccount.objects.get(pk=request.about)
    place_accounts.write_columns_of({(account.organization_id, account.property_id)})
    inbox.recall([account.stripe_id])


def _close(request: OutgoingRequest) -> None:
    """Stripe has let go of an account: nothing is asked about it any more."""
    account = ConnectedAccount.objects.select_for_update().get(pk=request.about)
    settling.close_connection(account, request.answered_at or timezone.now(), here=True)


KINDS: dict[str, Kind] = {
    "payment": Kind(
        model=Payment,
        ask=_makes(payment_intents),
        pages=payment_intents.page,
        of=("customer",),
        expand=("data.latest_charge",),
        private=True,
    ),
    "refund": Kind(model=Refund, ask=_makes(refunds), pages=refunds.page, of=("charge",)),
    "setup_intent": Kind(
        model=SetupIntent, ask=_makes(setup_intents), pages=setup_intents.page, of=("customer",)
    ),
    "customer": Kind(model=Customer, ask=_makes(customers), pages=customers.page, private=True),
    "account": Kind(
        model=ConnectedAccount,
        ask=_makes_account,
        pages=accounts.page,
        after=_become_known,
        private=True,
    ),
    "capture": Kind(
        model=Payment,
        ask=_does(payment_intents, "capture"),
        read=_reads(payment_intents),
        is_done=_was_captured,
    ),
    "cancel": Kind(
        model=Payment,
        ask=_does(payment_intents, "cancel"),
        read=_reads(payment_intents),
        is_done=_was_canceled,
    ),
    "default_card": Kind(
        model=Customer,
        ask=_does(customers, "update"),
        read=_reads(customers),
        is_done=_is_default,
    ),
    "detach": Kind(
        model=PaymentMethod,
        ask=_does(payment_methods, "detach"),
        read=_reads(payment_methods),
        is_done=_was_detached,
        shows=customer_handlers.detached,
    ),
    "stage_evidence": Kind(
        model=Dispute,
        ask=_does(disputes, "update"),
        read=_reads(disputes),
        is_done=_was_staged,
        after=_note_staged,
        private=True,
    ),
    "evidence_file": Kind(model=Dispute, ask=_brings_file, after=_put_into_evidence),
    "submit_evidence": Kind(
        model=Dispute,
        ask=_does(disputes, "update"),
        read=_reads(disputes),
        is_done=_was_submitted,
        after=_note_submitted,
        private=True,
    ),
    "accept_dispute": Kind(
        model=Dispute,
        ask=_does(disputes, "close"),
        read=_reads(disputes),
        is_done=_was_lost,
    ),
    "approve_review": Kind(
        model=Review,
        ask=_does(reviews, "approve"),
        read=_reads(reviews),
        is_done=_was_closed,
    ),
    "disconnect": Kind(model=ConnectedAccount, ask=_let_go, after=_close),
}
