"""The sandbox takes parameters that Stripe has, spelled as Stripe spells them, and no others."""

import importlib

import pytest

from sandbox.server import registry, routes

assert routes

# Where Stripe's SDK says what an address takes.
SAID_IN = {
    ("POST", "/v1/payment_intents"): "payment_intent_create",
    ("GET", "/v1/payment_intents"): "payment_intent_list",
    ("GET", "/v1/payment_intents/search"): "payment_intent_search",
    ("GET", "/v1/payment_intents/{id}"): "payment_intent_retrieve",
    ("POST", "/v1/payment_intents/{id}"): "payment_intent_update",
    ("POST", "/v1/payment_intents/{id}/confirm"): "payment_intent_confirm",
    ("POST", "/v1/payment_intents/{id}/capture"): "payment_intent_capture",
    ("POST", "/v1/payment_intents/{id}/cancel"): "payment_intent_cancel",
    ("GET", "/v1/charges"): "charge_list",
    ("POST", "/v1/charges/{id}"): "charge_update",
    ("POST", "/v1/refunds"): "refund_create",
    ("GET", "/v1/refunds"): "refund_list",
    ("POST", "/v1/refunds/{id}"): "refund_update",
    ("POST", "/v1/customers"): "customer_create",
    ("POST", "/v1/customers/{id}"): "customer_update",
    ("GET", "/v1/customers"): "customer_list",
    ("POST", "/v1/payment_methods"): "payment_method_create",
    ("POST", "/v1/payment_methods/{id}"): "payment_method_update",
    ("POST", "/v1/payment_methods/{id}/attach"): "payment_method_attach",
    ("GET", "/v1/payment_methods"): "payment_method_list",
    ("POST", "/v1/setup_intents"): "setup_intent_create",
    ("POST", "/v1/setup_intents/{id}"): "setup_intent_update",
    ("POST", "/v1/setup_intents/{id}/confirm"): "setup_intent_confirm",
    ("POST", "/v1/setup_intents/{id}/cancel"): "setup_intent_cancel",
    ("GET", "/v1/setup_intents"): "setup_intent_list",
    ("POST", "/v1/disputes/{id}"): "dispute_update",
    ("GET", "/v1/disputes"): "dispute_list",
    ("POST", "/v1/files"): "file_create",
    ("GET", "/v1/files"): "file_list",
    ("GET", "/v1/reviews"): "review_list",
    ("GET", "/v1/radar/early_fraud_warnings"): "radar._early_fraud_warning_list",
    ("GET", "/v1/balance_transactions"): "balance_transaction_list",
    ("POST", "/v1/transfers"): "transfer_create",
    ("GET", "/v1/transfers"): "transfer_list",
    ("POST", "/v1/transfers/{id}/reversals"): "transfer_create_reversal",
    ("GET", "/v1/events"): "event_list",
    ("POST", "/v1/webhook_endpoints"): "webhook_endpoint_create",
    ("POST", "/v1/webhook_endpoints/{id}"): "webhook_endpoint_update",
    ("POST", "/v1/accounts"): "account_create",
    ("POST", "/v1/accounts/{id}"): "account_update",
    ("POST", "/v1/account_links"): "account_link_create",
}
# What browsers send, and what other versions of the API still have.
BESIDE = {"client_secret", "key", "payment_method_types"}


def taken(method, path):
    """Return the names of the parameters that an address takes."""
    found = registry.find(method, path)
    return set(found[0].takes)


@pytest.mark.parametrize(("method", "path"), SAID_IN)
def test_no_parameter_is_invented(method, path):
    name = SAID_IN[method, path]
    module = importlib.import_module(
        f"stripe.params.{name}_params" if "." in name else f"stripe.params._{name}_params"
    )
    last = name.rpartition("._")[2].replace("_", "") + "params"
    [said] = [kind for each, kind in vars(module).items() if each.lower() == last]

    assert taken(method, path) - set(said.__annotations__) <= BESIDE


def test_every_address_with_parameters_of_its_own_is_looked_at():
    seen = {
        (route.method, "/" + "/".join(route.parts))
        for known in registry.ROUTES.values()
        for route in known
        if route.method == "POST" and route.parts[0] == "v1" and len(route.takes) > 2
    }

    assert seen - set(SAID_IN) <= {
        ("POST", "/v1/accounts/{id}/external_accounts"),
        ("POST", "/v1/test_helpers/customers/{id}/fund_cash_balance"),
        ("POST", "/v1/tokens"),
    }
