"""The description of the API, for programs."""

from drf_spectacular.views import SpectacularAPIView
from rest_framework.negotiation import DefaultContentNegotiation

from payments.api.views.base import Ours


class Description(Ours, SpectacularAPIView):
    """Every address with its bodies and answers, in OpenAPI; for everybody to read."""

    schema = None
    permission_classes = SpectacularAPIView.permission_classes
    renderer_classes = SpectacularAPIView.renderer_classes
    content_negotiation_class = DefaultContentNegotiation
