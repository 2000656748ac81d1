"""Transfers: the hotel's share of what the platform took, and the platform's of the hotel's."""

from sandbox.scenarios.registry import scenario
from sandbox.stay import Stay
from sandbox.story import Story
from sandbox.story.transfers import ApplicationFee, Transfer


@scenario(
    "transfer_reversed",
    "The hotel's share is sent, then taken back in part, then wholly",
    leaves={"transfer": {"reversed": True}},
)
def transfer_reversed(story: Story, stay: Stay) -> None:
    share = Transfer(story, stay.percent(90))
    share.describe("Share of a group's stay")
    story.later(days=2)
    share.reverse(stay.percent(30))
    story.later(days=1)
    share.reverse(stay.percent(90) - stay.percent(30))


@scenario(
    "transfer_reversed_in_part",
    "The hotel's share is sent, and a third of the stay is taken back",
    leaves={"transfer": {"reversed": False}},
)
def transfer_reversed_in_part(story: Story, stay: Stay) -> None:
    share = Transfer(story, stay.percent(90))
    story.later(days=2)
    share.reverse(stay.percent(30))


@scenario(
    "transfer_canceled",
    "The hotel's share is stopped on its way, as was possible long ago",
    leaves={"transfer": {"status": "canceled", "reversed": False}},
)
def transfer_canceled(story: Story, stay: Stay) -> None:
    share = Transfer(story, stay.percent(90))
    story.later(minutes=30)
    share.cancel()


@scenario(
    "application_fee_refunded",
    "The platform keeps a part of a charge, and gives it back",
    leaves={"application_fee": {"refunded": True}},
)
def application_fee_refunded(story: Story, stay: Stay) -> None:
    fee = ApplicationFee(story, stay.percent(5), names_account=False)
    story.later(days=4)
    fee.refund(stay.percent(5))


@scenario(
    "application_fee_refunded_in_part",
    "The platform keeps a part of a charge, and gives some of it back",
    leaves={"application_fee": {"refunded": False}},
)
def application_fee_refunded_in_part(story: Story, stay: Stay) -> None:
    fee = ApplicationFee(story, stay.percent(5), names_account=True)
    story.later(days=4)
    fee.refund(stay.percent(2))
