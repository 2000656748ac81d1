"""Amounts as people type them in a booking's currency: 50, 50.00, 1,234.50."""

import re
from typing import Any

from django import forms

from payments import money

_PLAIN = re.compile(r"(\d{1,3}(,\d{3})+|\d+)(\.\d+)?")


class AmountField(forms.CharField):
    """A field for an amount; its form turns it into minor units with `minor`."""

    def __init__(self, label: str = "Amount", **more: Any) -> None:
        super().__init__(label=label, max_length=40, **more)
        self.widget.attrs |= {"inputmode": "decimal", "autocomplete": "off"}

    @staticmethod
    def minor(typed: str, currency: str) -> int:
        """
        Return what was typed in minor units.

        :raises ValidationError: it is no amount of this currency.
        """
        if not _PLAIN.fullmatch(typed):
            raise forms.ValidationError("Write an amount like 50 or 1,234.50.")
        try:
            return money.from_decimal(typed.replace(",", ""), currency)
        except money.NotAnAmount as error:
            raise forms.ValidationError(str(error)) from error

    @staticmethod
    def shown(typed: str, currency: str) -> str:
        """Return what was typed as its currency is written; empty where it is no amount."""
        try:
            return money.show(AmountField.minor(typed.strip(), currency), currency)
        except forms.ValidationError:
            return ""
