"""
What the environment says while tests run: the same on every machine, whatever its `.env` holds.

Loaded before the settings are. Only the database may be chosen: DATABASE_URL, or SQLite in memory.
"""

import os

# What was there before, for the tests that ask Stripe itself.
GIVEN = {
    name: os.environ.get(name, "")
    for name in ("STRIPE_SECRET_KEY", "STRIPE_API_BASE", "STRIPE_TEST_ACCOUNT")
}

os.environ.update(
    SECRET_KEY="for tests alone",
    DEBUG="True",
    ALLOWED_HOSTS="testserver,localhost,127.0.0.1",
    CACHE_URL="locmemcache://",
    CELERY_BROKER_URL="",
    LOG_LEVEL="INFO",
    METRICS_TOKEN="",
    PAYMENTS_CALLS_AT_ONCE="1",  # a test's transaction is its own thread's
    PAYMENTS_CALLS_PER_SECOND="1000",
    PORT="8000",
    SMTP_HOST="",
    STRIPE_API_BASE="https://api.stripe.com",
    STRIPE_CLIENT_ID="",
    STRIPE_JS_URL="https://js.stripe.com/endive/stripe.js",
    STRIPE_SECRET_KEY="",
    STRIPE_PUBLISHABLE_KEY="",
    STRIPE_WEBHOOK_SECRET="whsec_platform_of_the_tests",
    STRIPE_CONNECT_WEBHOOK_SECRET="whsec_connect_of_the_tests",
    WEBHOOK_URL="http://127.0.0.1:8000/api/webhooks/stripe",
)
