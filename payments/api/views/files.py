"""Files that staff keep with a booking."""

from collections.abc import Sequence

from rest_framework.parsers import MultiPartParser
from rest_framework.response import Response

from payments.api import bodies
from payments.api.shapes.files import AttachmentShape
from payments.api.views.base import Asking, OfStay
from payments.models import OutgoingRequest
from payments.operations import attachments


class Attach(OfStay, Asking):
    """Keep a photo or a document with a booking."""

    parser_classes = (MultiPartParser,)
    sends = {"POST": bodies.File}
    shape = AttachmentShape
    status = 201

    def act(self) -> Response:
        kept = attachments.add(booking=self.thing, file=self.body()["file"], by=self.request.user)
        return Response(AttachmentShape(kept).data, status=201)

    def standing(self, made: Sequence[OutgoingRequest]) -> Response:
        return self.act()
