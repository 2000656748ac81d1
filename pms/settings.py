"""Settings of the hotel's system. The environment, or `.env`, says what differs by machine."""

from datetime import timedelta
from pathlib import Path

import environ

from pms.csp import strict_policy
from pms.log import logging_config
from pms.unfold import UNFOLD  # noqa: F401 - the admin's looks

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
env.read_env(BASE_DIR / ".env")

# The machine -------------------------------------------------------------
SECRET_KEY = env("SECRET_KEY")
DEBUG = env.bool("DEBUG", default=False)
ALLOWED_HOSTS = env.list(
    "ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"] if DEBUG else []
)
PORT = env.int("PORT", default=8000)
VAR_DIR = BASE_DIR / "var"  # what a running system writes: database, mails, logs, counters

# Applications ------------------------------------------------------------
INSTALLED_APPS = [
    "knox",
    "pms",
    "organizations",
    "reservations",
    "payments",
    "unfold",
    "unfold.contrib.filters",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "axes",
    "csp",
    "django_htmx",
    "heroicons",
    "rest_framework",
    "drf_spectacular",
]
if DEBUG:
    INSTALLED_APPS.append("sandbox")  # a Stripe of one's own: never on a live server

MIDDLEWARE = [
    "payments.webhooks.middleware.WebhookEndpoint",  # first: Stripe needs nothing of the rest
    "django.middleware.security.SecurityMiddleware",
    "pms.csp.ContentSecurityPolicy",
    "django.middleware.gzip.GZipMiddleware",  # a page and all it loads: a third, on a phone's line
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "pms.logging_in.whole_page",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "pms.urls"
WSGI_APPLICATION = "pms.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
            ],
        },
    },
]

# Database ----------------------------------------------------------------
DATABASES = {
    "default": env.db("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'hotel.sqlite3'}"),
}
DATABASES["default"]["CONN_MAX_AGE"] = 60  # seconds
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    VAR_DIR.mkdir(exist_ok=True)
    DATABASES["default"]["OPTIONS"] = {
        # With Django's default DEFERRED, writers side by side meet "database is locked".
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,  # seconds
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
    }
else:
    DATABASES["default"].setdefault("OPTIONS", {}).setdefault("connect_timeout", 5)  # seconds

# Cache -------------------------------------------------------------------
# Counts requests with wrong signatures; files are shared by all processes of one machine.
CACHES = {"default": env.cache("CACHE_URL", default=f"filecache://{VAR_DIR / 'cache'}")}

# Stripe ------------------------------------------------------------------
STRIPE_SECRET_KEY = env("STRIPE_SECRET_KEY", default="")  # unset: all works but asking Stripe
STRIPE_PUBLISHABLE_KEY = env("STRIPE_PUBLISHABLE_KEY", default="")
# Required. Several while one is rotated: the platform's endpoint, and that of the hotels' accounts.
STRIPE_WEBHOOK_SECRET = env.list("STRIPE_WEBHOOK_SECRET", cast=str.strip)
STRIPE_CONNECT_WEBHOOK_SECRET = env.list("STRIPE_CONNECT_WEBHOOK_SECRET", cast=str.strip)
STRIPE_API_VERSION = "2026-10-28.endive"  # moves together with the SDK and the sandbox's objects
STRIPE_API_BASE = env("STRIPE_API_BASE", default="https://api.stripe.com")
STRIPE_JS_URL = env("STRIPE_JS_URL", default="https://js.stripe.com/endive/stripe.js")
STRIPE_TIMEOUT = env.float("STRIPE_TIMEOUT", default=20.0)  # seconds that one call may take
STRIPE_CLIENT_ID = env("STRIPE_CLIENT_ID", default="")  # of the platform; lets go of accounts
WEBHOOK_URL = env("WEBHOOK_URL", default=f"http://127.0.0.1:{PORT}/api/webhooks/stripe")

# What a page may load ----------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": strict_policy(stripe_js_url=STRIPE_JS_URL, stripe_api_base=STRIPE_API_BASE)
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = env.bool("SECURE_COOKIES", default=not DEBUG)

# Payments ----------------------------------------------------------------
PAYMENTS_ORGANIZATION_MODEL = "organizations.Organization"
PAYMENTS_PROPERTY_MODEL = "organizations.Property"
PAYMENTS_RESERVATION_MODEL = "reservations.Reservation"
PAYMENTS_MAX_BODY = env.int("PAYMENTS_MAX_BODY", default=524_288)  # bytes of one delivery
PAYMENTS_FLOOD_LIMIT = env.int("PAYMENTS_FLOOD_LIMIT", default=120)  # wrong signatures …
PAYMENTS_FLOOD_WINDOW = env.int("PAYMENTS_FLOOD_WINDOW", default=60)  # … in so many seconds
PAYMENTS_BATCH_SIZE = env.int("PAYMENTS_BATCH_SIZE", default=500)  # events in one transaction
PAYMENTS_CALLS_AT_ONCE = env.int("PAYMENTS_CALLS_AT_ONCE", default=16)  # of Stripe, a worker
PAYMENTS_CALLS_PER_SECOND = env.int("PAYMENTS_CALLS_PER_SECOND", default=20)  # an account, a worker
PAYMENTS_PAUSES = env.float(
    "PAYMENTS_PAUSES", default=1.0
)  # before Stripe is asked again, times it
PAYMENTS_API_LIMIT = env.int("PAYMENTS_API_LIMIT", default=6_000)  # requests of a person …
PAYMENTS_API_WINDOW = env.int("PAYMENTS_API_WINDOW", default=60)  # … in so many seconds
PAYMENTS_ATTACHMENTS = env("PAYMENTS_ATTACHMENTS", default=str(VAR_DIR / "attachments"))
METRICS_TOKEN = env("METRICS_TOKEN", default="")  # unset: /metrics asks for none

# Mail --------------------------------------------------------------------
SMTP_HOST = env("SMTP_HOST", default="")
if SMTP_HOST:
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    EMAIL_HOST = SMTP_HOST
    EMAIL_PORT = env.int("SMTP_PORT", default=587)
    EMAIL_HOST_USER = env("SMTP_USER", default="")
    EMAIL_HOST_PASSWORD = env("SMTP_PASS", default="")
    EMAIL_USE_TLS, EMAIL_USE_SSL = EMAIL_PORT == 587, EMAIL_PORT == 465
    EMAIL_TIMEOUT = 10  # seconds
else:
    EMAIL_BACKEND = "pms.mail.EmailBackend"  # a file each, for whoever looks
EMAIL_FILE_PATH = VAR_DIR / "mail"
DEFAULT_FROM_EMAIL = env(
    "MAIL_FROM",
    default=EMAIL_HOST_USER if SMTP_HOST and "@" in EMAIL_HOST_USER else "hotel@localhost",
)
# Where staff find this system, for the links in their mails; unset: no links.
SITE_URL = env("SITE_URL", default=f"http://127.0.0.1:{PORT}" if DEBUG else "")

# Work --------------------------------------------------------------------
CELERY_BROKER_URL = env("CELERY_BROKER_URL", default="")  # unset: `payments_work` does it all
CELERY_TASK_DEFAULT_QUEUE = env("CELERY_QUEUE", default="payments")
CELERY_TASK_IGNORE_RESULT = True
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False

# People ------------------------------------------------------------------
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "bookings"
LOGOUT_REDIRECT_URL = "login"
AUTHENTICATION_BACKENDS = [
    "pms.logging_in.Door",  # first: nobody tries one password after the other
    "django.contrib.auth.backends.ModelBackend",
]
AXES_HANDLER = "pms.logging_in.Attempts"
AXES_LOCKOUT_CALLABLE = "pms.logging_in.locked"
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]  # nobody locks out somebody elsewhere
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = timedelta(minutes=10)
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_RESET_ON_SUCCESS = True
AXES_ENABLE_ADMIN = AXES_VERBOSE = False
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("MinimumLengthValidator", "CommonPasswordValidator", "NumericPasswordValidator")
]

# Language and time -------------------------------------------------------
LANGUAGE_CODE = "en-gb"
LANGUAGES = [("en-gb", "English")]
TIME_ZONE = "UTC"  # stored and computed; pages show the property's own
USE_TZ = True

# Static files ------------------------------------------------------------
STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = True  # no collectstatic needed

# API ---------------------------------------------------------------------
REST_KNOX = {"TOKEN_TTL": timedelta(days=env.int("API_TOKEN_DAYS", default=90))}
SPECTACULAR_SETTINGS = {
    "TITLE": "Hotel payments",
    "VERSION": "1.0",
    "COMPONENT_SPLIT_REQUEST": True,
}

# Logging -----------------------------------------------------------------
LOGGING = logging_config(level=env("LOG_LEVEL", default="INFO"), as_json=not DEBUG)
DJANGO_STRUCTLOG_USER_ID_FIELD = ""  # to name the user, every request would read the session
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False  # whose address it is, is nobody's business
