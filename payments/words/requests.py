"""Plain words for what we ask of Stripe."""

ASKED = {
    "accept_dispute": "to give in to a dispute",
    "account": "for a new account",
    "approve_review": "to approve a payment",
    "cancel": "to cancel a payment",
    "capture": "to take money that is held",
    "customer": "to keep a guest's name",
    "default_card": "to charge another card first",
    "detach": "to take a card off file",
    "disconnect": "to let go of an account",
    "evidence_file": "to take a file for a dispute",
    "payment": "for a payment",
    "refund": "for a refund",
    "setup_intent": "to save a card",
    "stage_evidence": "to keep evidence for a dispute",
    "submit_evidence": "to hand in evidence for a dispute",
}
