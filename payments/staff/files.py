"""Private files: handed to whoever may see them, as something to save, never as a page."""

from uuid import UUID

from django.http import FileResponse, Http404, HttpRequest
from django.shortcuts import get_object_or_404

from payments import hotel
from payments.models import Attachment


def attachment(request: HttpRequest, pk: UUID) -> FileResponse:
    """Hand out one file."""
    row = get_object_or_404(hotel.visible_to(request.user, Attachment.objects.all()), pk=pk)
    try:
        opened = row.file.open("rb")
    except FileNotFoundError as error:
        raise Http404 from error
    return FileResponse(
        opened,
        as_attachment=True,
        filename=row.name,
        content_type=row.content_type,
        headers={
            "Cache-Control": "private, no-store",
            "Content-Security-Policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
            "X-Content-Type-Options": "nosniff",
        },
    )
