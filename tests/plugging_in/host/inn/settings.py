"""Another hotel system, with models of its own, as docs/plugging-in.md has it."""

import os
from pathlib import Path

HERE = Path(__file__).resolve().parents[1]
SOURCE = Path(os.environ["PAYMENTS_SOURCE"])  # where templates and static files are copied from

SECRET_KEY = "of this host alone"
DEBUG = True
ALLOWED_HOSTS = ["testserver"]
ROOT_URLCONF = "inn.urls"
USE_TZ = True
TIME_ZONE = "America/Chicago"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASES = {
    "default": {"ENGINE": "django.db.backends.sqlite3", "NAME": HERE / "inn.sqlite3"},
}
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
STATIC_URL = "static/"
STATICFILES_DIRS = [SOURCE / "static"]
LOGIN_URL = "login"

INSTALLED_APPS = [
    "knox",
    "groups",
    "stays",
    "payments",
    "unfold",
    "unfold.contrib.filters",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "heroicons",
    "rest_framework",
    "drf_spectacular",
]
MIDDLEWARE = [
    "payments.webhooks.middleware.WebhookEndpoint",
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [SOURCE / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

REST_FRAMEWORK = {  # of an API of the host's own
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.BasicAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.AllowAny"],
    "DEFAULT_VERSIONING_CLASS": "rest_framework.versioning.AcceptHeaderVersioning",
    "DATE_FORMAT": "%d.%m.%Y",
    "DATETIME_FORMAT": "%d.%m.%Y %H:%M",
}

PAYMENTS_ORGANIZATION_MODEL = "groups.HotelGroup"
PAYMENTS_PROPERTY_MODEL = "groups.Hotel"
PAYMENTS_RESERVATION_MODEL = "stays.Booking"
PAYMENTS_MAX_BODY = 524_288
PAYMENTS_FLOOD_LIMIT, PAYMENTS_FLOOD_WINDOW = 120, 60
PAYMENTS_BATCH_SIZE = 500
PAYMENTS_CALLS_AT_ONCE, PAYMENTS_CALLS_PER_SECOND = 16, 20
PAYMENTS_PAUSES = 1.0
PAYMENTS_API_LIMIT, PAYMENTS_API_WINDOW = 6_000, 60
PAYMENTS_ATTACHMENTS = str(HERE / "attachments")
METRICS_TOKEN = ""
SITE_URL = ""

STRIPE_SECRET_KEY = STRIPE_PUBLISHABLE_KEY = STRIPE_CLIENT_ID = ""
STRIPE_WEBHOOK_SECRET = ["whsec_platform_of_the_checks"]
STRIPE_CONNECT_WEBHOOK_SECRET = ["whsec_connect_of_the_checks"]
STRIPE_API_VERSION = "2026-10-28.endive"
STRIPE_API_BASE = "https://api.stripe.com"
STRIPE_JS_URL = "https://js.stripe.com/endive/stripe.js"
STRIPE_TIMEOUT = 20.0
