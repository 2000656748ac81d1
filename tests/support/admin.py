"""The admin's addresses, who looks at it, and the worst that may come in."""

from typing import Any

from django.test import Client
from django.urls import reverse

DEEP = '{"a":' * 5000 + "1" + "}" * 5000
ENVELOPE = '"account":"acct_harbour","livemode":false,"type":"payment_intent.succeeded"'
POISON = {
    "no JSON": b"not json \x00 \xff\xfe <script>alert(1)</script>",
    "nothing": b"",
    "a list": b"[1, 2]",
    "nested 5000 deep": f'{{"id":"evt_deep",{ENVELOPE},"data":{{"object":{DEEP}}}}}'.encode(),
    "numbers beyond all": (
        f'{{"id":"evt_nan",{ENVELOPE},"data":{{"object":{{"id":"pi_nan","object":"payment_intent",'
        f'"amount":NaN,"much":1e5000,"long":{"9" * 6000}}}}}}}'
    ).encode(),
    "NUL and lone surrogates": (
        f'{{"id":"evt_nul",{ENVELOPE},"data":{{"object":{{"id":"pi_nul","object":"payment_intent",'
        r'"description":"a\u0000b\ud800c\u202ed","metadata":{"reservationId":"\u0000"}}}}'
    ).encode(),
    "markup": (
        b'{"id":"evt_html","account":"acct_harbour","livemode":false,'
        b'"type":"<img/src=x/onerror=alert(1)>",'
        b'"data":{"object":{"id":"pi_html","description":"<script>alert(2)</script>{{ 7*7 }}"}}}'
    ),
    "an id without end": (
        f'{{"id":"evt_long",{ENVELOPE},"data":{{"object":{{"id":"pi_{"x" * 5000}"}}}}}}'
    ).encode(),
}


def browser_of(user: Any) -> Client:
    """Return a browser that this person is logged in with."""
    client = Client()
    client.force_login(user)
    return client


def listed(model: Any) -> str:
    """Return the address of a model's list."""
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


def page(row: Any, action: str = "change") -> str:
    """Return the address of a row's page."""
    meta = row._meta.concrete_model._meta
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_{action}", args=[row.pk])
