"""Plain words for a hotel's Stripe account: what it may do, what Stripe wants, why it stopped."""

import re
from collections.abc import Iterable

from payments.models import Capability, ConnectedAccount, ExternalAccount, Person
from payments.words import BAD, GOOD, QUIET, WAIT, Said, spelled

# Why Stripe holds an account, or something that it may do, back: the end of "… because".
DISABLED = {
    "action_required.requested_capabilities": "the account has not asked Stripe to take cards",
    "fields_needed": "Stripe asked for something and did not get it in time",  # before 2019
    "listed": "Stripe checks whether somebody on it is on a list of sanctions",
    "other": "Stripe is looking at it and says no more",
    "paused.inactivity": "Stripe paused it, as nobody used it",
    "pending.onboarding": "Stripe is still setting it up",
    "pending.review": "Stripe is reviewing it",
    "platform_disabled": "the platform has switched it off",
    "platform_paused": "the platform has paused it",
    "rejected.fraud": "Stripe closed it for suspected fraud",
    "rejected.inactivity": "Stripe closed it, as nobody used it",
    "rejected.incomplete_verification": "Stripe closed it: nobody proved who stands behind it",
    "rejected.listed": "Stripe closed it: somebody on it is on a list of sanctions",
    "rejected.other": "Stripe closed it and says no more",
    "rejected.platform_fraud": "the platform closed it for suspected fraud",
    "rejected.platform_other": "the platform closed it",
    "rejected.platform_terms_of_service": "the platform closed it: its terms were broken",
    "rejected.terms_of_service": "Stripe closed it: its terms of service were broken",
    "rejected.unsupported_business": "Stripe does not offer it to this kind of business",
    "requirements.fields_needed": "Stripe needs to know more first",
    "requirements.past_due": "Stripe asked for something and did not get it in time",
    "requirements.pending_verification": "Stripe is checking what it was sent",
    "under_review": "Stripe is reviewing it",
}

CAPABILITIES = {
    "card_payments": "Take cards",
    "transfers": "Receive transfers",
    "bancontact_payments": "Take Bancontact",
    "ideal_payments": "Take iDEAL",
    "link_payments": "Take Link",
    "sepa_debit_payments": "Take SEPA direct debits",
    "us_bank_account_ach_payments": "Take US bank debits",
}

EXTERNALS = {
    "new": Said("Not checked yet", WAIT),
    "validated": Said("Exists", GOOD),
    "verified": Said("Verified", GOOD),
    "verification_failed": Said("Could not be verified", BAD),
    "errored": Said("Last payout failed", BAD),
    "tokenized_account_number_deactivated": Said("Number withdrawn by the bank", BAD),
}

# Whose something is that Stripe wants, by how its name begins.
_WHOSE = {
    "company": "the company",
    "directors": "a director",
    "executives": "an executive",
    "individual": "the owner",
    "legal_entity": "the account's holder",  # before 2019
    "owners": "an owner",
    "relationship": "the company",
    "representative": "the representative",
}

# What it is: the first that stands in its name.
_WHAT = {
    "additional_document": "a second document",
    "document": "a document",
    "proof_of_liveness": "a photo of themselves",
    "address": "the address",
    "dob": "the date of birth",
    "id_number": "an identity number",
    "ssn_last_4": "the last four digits of the social security number",
    "tax_id": "the tax number",
    "vat_id": "the VAT number",
    "email": "the e-mail address",
    "phone": "the phone number",
    "first_name": "the name",
    "last_name": "the name",
    "full_name_aliases": "other names",
    "nationality": "the nationality",
    "political_exposure": "any public office",
    "registration_number": "the registration number",
    "registered_address": "the registered address",
    "directorship_declaration": "a declaration about the directors",
    "ownership_declaration": "a declaration about the owners",
    "percent_ownership": "the share that they own",
    "owners_provided": "that all owners are named",
    "directors_provided": "that all directors are named",
    "executives_provided": "that all executives are named",
    "title": "the job title",
    "structure": "the legal form",
    "name": "the name",
}

# A whole name, or how it begins.
_WHOLE = {
    "business_profile.annual_revenue": "what the hotel takes in a year",
    "business_profile.estimated_worker_count": "how many people work at the hotel",
    "business_profile.mcc": "what kind of business it is",
    "business_profile.url": "the hotel's web address",
    "business_profile.product_description": "what the hotel sells",
    "business_profile.name": "the hotel's name",
    "business_profile.support_address": "an address for guests",
    "business_profile.support_email": "an e-mail address for guests",
    "business_profile.support_url": "a web address for guests",
    "business_profile.support_phone": "a phone number for guests",
    "business_type": "whether it is a company or a person",
    "external_account": "a bank account for payouts",
    "settings.card_payments.statement_descriptor": "the name on guests' statements",
    "settings.payments.statement_descriptor": "the name on guests' statements",
    "tos_acceptance.date": "agreement to Stripe's terms",
    "tos_acceptance.ip": "agreement to Stripe's terms",
}


def requirement(name: str) -> str:
    """Return what Stripe wants by the name it has there; the name itself where nobody knows it."""
    for key, words in _WHOLE.items():
        if f"{name}.".startswith((f"{key}.", f"{key}_")):
            return words
    first, *rest = name.split(".")
    if rest and first.startswith("interv_"):
        return f"an answer about “{_spaced(rest[0])}”"
    if rest and first == "documents":
        return f"a document: {_spaced(rest[0])}"
    whose = "a person on the account" if first.startswith("person_") else _WHOSE.get(first)
    if whose is None or not rest:
        return _spaced(name)
    what = next((words for key, words in _WHAT.items() if key in rest), None)
    if what is None:
        begun = (words for key, words in _WHAT.items() if any(p.startswith(key) for p in rest))
        what = next(begun, None) or _spaced(" ".join(rest))
    return f"{what} of {whose}"


def _spaced(name: str) -> str:
    """Return a name of Stripe's with spaces."""
    return re.sub(r"[_.]+", " ", name)


def requirements(names: Iterable[str]) -> list[str]:
    """Return what Stripe wants, each thing once."""
    return list(dict.fromkeys(map(requirement, names)))


def refusals(account: ConnectedAccount) -> dict[str, str]:
    """Return why Stripe refused what it was sent: its own sentence, by what it wants instead."""
    return {
        requirement(error["requirement"]): error["reason"] or spelled(error["code"])
        for error in account.errors or []
    }


def cannot_take_cards(account: ConnectedAccount | None) -> str:
    """
    Return why no card can be taken with an account, as the end of a sentence; empty where one can.

    :param account: the one in charge; None where there is none.
    """
    if account is None:
        return "no Stripe account is connected"
    if account.is_undecided:
        return "Stripe is being asked whether its account is still connected"
    if not account.is_connected:
        return "its Stripe account was disconnected"
    if not account.seen or account.charges_enabled:
        return ""
    if not account.details_submitted:
        return "Stripe has not been told yet who the hotel is"
    return why_stopped(account.disabled_reason)


def why_stopped(reason: str) -> str:
    """Return why Stripe holds an account back, as the end of a sentence."""
    if not reason:
        return "Stripe has stopped it and gave no reason"
    return DISABLED.get(reason) or f"Stripe says “{spelled(reason).lower()}”"


def standing(account: ConnectedAccount) -> Said:
    """Return what a hotel's account can do now, the worst first."""
    if account.is_undecided:
        return Said(
            "Being checked", WAIT, "It was closed and opened in one second. Stripe is asked which."
        )
    if not account.is_connected:
        return Said("Disconnected", BAD, "The hotel has closed the connection.")
    if not account.seen:
        return Said("Connected", WAIT, "Stripe has not told yet what it may do.")
    if why := cannot_take_cards(account):
        word = "Cards stopped" if account.were_charges_enabled else "Not ready"
        tone = BAD if account.were_charges_enabled else WAIT
        return Said(word, tone, f"No card can be taken: {why}.")
    if not account.payouts_enabled:
        tone = BAD if account.were_payouts_enabled else WAIT
        return Said("No payouts", tone, "Cards are taken; the money waits at Stripe.")
    if account.past_due:
        return Said("Overdue", BAD, "It works, and Stripe may stop it any day.")
    if account.wanted:
        return Said("Something is due", WAIT, "It works; Stripe wants to know more.")
    return Said("Takes cards", GOOD)


def capability(row: Capability) -> str:
    """Return what an account may do, or would like to."""
    return CAPABILITIES.get(row.stripe_id, spelled(row.stripe_id))


def allowed(row: Capability) -> Said:
    """Return whether an account may do it."""
    if row.status == "active":
        return Said("Yes", GOOD)
    if row.status == "pending":
        return Said("Being checked", WAIT)
    if row.status == "unrequested":
        return Said("Not asked for", QUIET)
    why = f"Because {why_stopped(row.disabled_reason)}." if row.disabled_reason else ""
    return Said("No", BAD, why)


def external(row: ExternalAccount) -> Said:
    """Return where payouts to a bank account or card stand."""
    if row.deleted:
        return Said("Removed", QUIET)
    if row.type == "card" and not row.status:
        return Said("On the account", QUIET, "Stripe says no more of a card.")
    return EXTERNALS.get(row.status) or Said(spelled(row.status) or "Unknown", QUIET)


def parts(row: Person) -> str:
    """Return what somebody is at the hotel."""
    held = {
        "Owner": row.owner,
        "Director": row.director,
        "Executive": row.executive,
        "Representative": row.representative,
    }
    return ", ".join(name for name, holds in held.items() if holds) or "No part told"


def verified(row: Person) -> Said:
    """Return whether Stripe believes that somebody is who they say."""
    if row.deleted:
        return Said("Removed", QUIET)
    if row.verification_status == "verified":
        return Said("Verified", GOOD)
    if row.verification_status == "pending":
        return Said("Being checked", WAIT)
    return Said("Not verified", WAIT)
