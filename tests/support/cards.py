"""A card, typed into Stripe's fields in a browser."""

GOOD = "4242 4242 4242 4242"
DECLINED = "4000 0000 0000 9995"  # insufficient funds
ASKS = "4000 0027 6000 3184"  # the guest's bank asks, always


def typed(page, number=GOOD, expiry="12 / 40", code="123"):
    """Type a card into the fields that a page shows."""
    fields = page.frame_locator("iframe[title='Secure payment input frame']")
    fields.get_by_label("Card number").fill(number)
    fields.get_by_label("Expiration").fill(expiry)
    fields.get_by_label("Security code").fill(code)


def answered(page, button):
    """Answer the guest's bank with one of its buttons: Complete or Fail."""
    page.frame_locator("iframe[name=__stripe3ds]").get_by_role("button", name=button).click()
