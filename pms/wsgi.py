"""What gunicorn, granian and runserver serve."""

import os

from django.core.wsgi import get_wsgi_application

from payments.checks import refuse_to_start_without_secrets

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pms.settings")

application = get_wsgi_application()
refuse_to_start_without_secrets()
