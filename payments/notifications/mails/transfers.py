"""Mails about shares that were taken back."""

from payments.notifications.case import Case
from payments.notifications.mails.registry import BAD, Mail, mail, told


@mail("transfer_canceled", about="transfer")
def transfer_canceled(case: Case) -> Mail:
    """A share will not come."""
    amount = case.amount()
    return Mail(
        subject=f"A transfer of {amount} was canceled",
        title="A transfer was canceled",
        figure=amount,
        says=[f"The {amount} that we meant to send to {case.house} was canceled."],
        lines=told(("Transfer", case.object)),
        to_do="Ask us if you do not know why.",
        tone=BAD,
    )


@mail("transfer_reversed", about="transfer")
def transfer_reversed(case: Case) -> Mail:
    """A share was taken back, whole or in part."""
    amount, back = case.amount(), case.amount("reversed")
    whole = case.number("reversed") == case.number()
    return Mail(
        subject=f"A transfer of {amount} was taken back"
        if whole
        else f"{back} of a transfer of {amount} was taken back",
        title="A transfer was taken back",
        figure=back,
        says=[
            f"We have taken back the {amount} that we had sent to {case.house}."
            if whole
            else f"Of the {amount} that we had sent to {case.house}, {back} was taken back."
        ],
        lines=told(("Transfer", case.object)),
        to_do="Ask us if you do not know why.",
        tone=BAD,
    )
