"""Files by HTTP: kept with a booking, known by what they are."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from payments.models import Attachment

ADDRESS = "/api/organizations/harbour/reservations/HB-2481/attachments/"


def photo(name="minibar.png", color="red"):
    out = BytesIO()
    Image.new("RGB", (8, 8), color).save(out, "PNG")
    return SimpleUploadedFile(name, out.getvalue(), content_type="text/html")


def posts(api, parts, **headers):
    return api.client.post(
        ADDRESS, parts, headers={"Authorization": f"Token {api.token}", **headers}
    )


@pytest.fixture(autouse=True)
def kept_here(settings, tmp_path):
    settings.PAYMENTS_ATTACHMENTS = tmp_path


def test_a_photo_is_kept_with_the_booking(booking, api):
    answer = posts(api, {"file": photo()})

    assert answer.status_code == 201
    row = Attachment.objects.get()
    assert answer.json() == {
        "id": str(row.pk),
        "name": "minibar.png",
        "size": row.size,
        "content_type": "image/png",
    }
    assert row.reservation == booking


@pytest.mark.parametrize(
    "parts",
    [
        {},
        {"file": "a text"},
        {"file": SimpleUploadedFile("x.png", b"<script>")},
        {"file": SimpleUploadedFile("x.png", b"")},
        {"document": SimpleUploadedFile("x.png", b"%PDF-")},
    ],
    ids=["nothing", "a text", "a script", "an empty file", "another name"],
)
def test_what_is_no_photo_is_refused(parts, booking, api):
    answer = posts(api, parts)

    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["file"])
    assert not Attachment.objects.exists()


def test_the_same_file_with_the_same_key_is_kept_once(booking, api):
    key = {"Idempotency-Key": "one"}
    first, again = (posts(api, {"file": photo()}, **key) for _ in range(2))

    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert again.headers["Idempotent-Replayed"] == "true"
    assert Attachment.objects.count() == 1
    assert posts(api, {"file": photo(color="blue")}, **key).status_code == 422


def test_json_is_no_file(booking, api):
    assert api.posts(ADDRESS, {"file": "x"}).status_code == 415


def test_a_broken_form_is_said_so(booking, api):
    answer = api.client.generic(
        "POST",
        ADDRESS,
        b"--x\r\nnothing",
        content_type="multipart/form-data; boundary=",
        headers={"Authorization": f"Token {api.token}"},
    )

    assert answer.status_code == 400
