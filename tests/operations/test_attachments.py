"""Files that staff keep: what they are is read from them, and only those see them who may."""

import io
import struct
import zlib

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from organizations.models import Role
from payments.errors import Invalid, MayNot
from payments.models import Activity, Attachment
from payments.operations import attachments, contents
from tests.factories import MembershipFactory, OrganizationFactory, PropertyFactory
from tests.support.admin import browser_of

pytestmark = pytest.mark.django_db


def picture(kind, size=(40, 30)):
    out = io.BytesIO()
    Image.new("RGB", size, "teal").save(out, kind)
    return out.getvalue()


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def bomb(width, height):
    """Return a PNG of a few bytes that says that it is as large as a house."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    image = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + image


PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer<<>>\n%%EOF\n"
WHOLE = {"application/pdf": PDF, "image/jpeg": picture("JPEG"), "image/png": picture("PNG")}


def add(booking, data, name="photo.jpg", by=None):
    by = by or MembershipFactory(role=Role.FRONT_DESK, organization=booking.organization).user
    return attachments.add(booking=booking, file=SimpleUploadedFile(name, data), by=by)


def kept():
    folder = settings.PAYMENTS_ATTACHMENTS
    return [path for path in folder.rglob("*") if path.is_file()] if folder.exists() else []


def page(row):
    return reverse("payments:attachment", args=[row.pk])


# What is taken -----------------------------------------------------------


@pytest.mark.parametrize("kind", WHOLE)
def test_a_file_is_kept_as_what_it_is_and_comes_back_as_it_was(kind, booking, manager):
    row = add(booking, WHOLE[kind], "whatever it is called.exe")

    assert (row.content_type, row.size) == (kind, len(WHOLE[kind]))
    answer = browser_of(manager).get(page(row))
    assert b"".join(answer.streaming_content) == WHOLE[kind]
    assert answer["Content-Type"] == kind
    assert answer["Content-Disposition"].startswith("attachment; ")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"].startswith("sandbox")
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "empty"),
        (b"MZ\x90\x00", "no PDF, JPEG or PNG"),
        (b"<html><script>alert(1)</script>", "no PDF, JPEG or PNG"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "no PDF, JPEG or PNG"),
        (b"GIF89a" + b"\0" * 20, "no PDF, JPEG or PNG"),
        (picture("WEBP"), "no PDF, JPEG or PNG"),
        (b"\n" + PDF, "no PDF, JPEG or PNG"),
        (PDF[:-8], "its end is missing"),
        (picture("JPEG", (400, 300))[:700], "damaged"),
        (picture("PNG")[:-20], "damaged"),
        (b"\x89PNG\r\n\x1a\n", "damaged"),
        (b"\xff\xd8\xff" + b"\0" * 100, "damaged"),
        (bomb(60_000, 60_000), "damaged"),
        (bomb(8_000, 8_000), "too many pixels"),
        (PDF + b"\0" * 5 * 1024 * 1024, "larger than 5 MB"),
    ],
)
def test_what_is_none_of_them_is_refused_in_a_sentence_and_nothing_is_kept(data, said, booking):
    before = kept()

    with pytest.raises(Invalid, match=said) as refusal:
        add(booking, data, "photo.png")

    assert refusal.value.field == "file"
    assert str(refusal.value).endswith(".")
    assert not Attachment.objects.exists()
    assert kept() == before


@given(st.sampled_from([b"%PDF-", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b""]), st.binary())
def test_no_bytes_are_more_than_a_sentence(head, rest):
    said = ""
    try:
        contents.read(head + rest)
    except contents.Unfit as error:
        said = str(error)
    assert said.endswith(".") or rest.endswith(b"%%EOF")


def test_a_file_of_exactly_five_megabytes_is_taken(booking):
    row = add(booking, PDF[:-6] + b" " * (5 * 1024 * 1024 - len(PDF)) + PDF[-6:])

    assert row.size == 5 * 1024 * 1024


# What it is called -------------------------------------------------------


@pytest.mark.parametrize(
    ("given_name", "name"),
    [
        ("Broken lamp.jpg", "Broken lamp.jpg"),
        ("Broken lamp.JPEG", "Broken lamp.jpg"),
        ("report.pdf", "report.jpg"),
        ("../../etc/passwd", "passwd.jpg"),
        ("C:\\photos\\lamp.jpg", "lamp.jpg"),
        ("lamp.jpg.exe", "lamp.jpg.exe.jpg"),
        ("a\x00b\r\nc\u202eexe.jpg", "a b c exe.jpg"),
        ("", "file.jpg"),
        ("...", "file.jpg"),
        ("夜の灯り.jpg", "夜の灯り.jpg"),
        ("x" * 500, "x" * 196 + ".jpg"),
        ('"; filename="x.html', '"; filename="x.html.jpg'),
    ],
)
def test_a_name_is_a_text_and_never_a_path(given_name, name, booking, manager):
    assert attachments.named(given_name, ".jpg") == name
    row = Attachment(pk=add(booking, WHOLE["image/jpeg"]).pk)
    Attachment.objects.filter(pk=row.pk).update(name=name)
    answer = browser_of(manager).get(page(row))

    assert answer.status_code == 200
    assert "\n" not in answer["Content-Disposition"]


@given(st.text(max_size=300))
def test_every_name_fits_and_can_be_printed(given_name):
    name = attachments.named(given_name, ".png")

    assert name.isprintable()
    assert len(name) <= 200
    assert name.endswith(".png")
    assert not {"/", "\\"} & set(name)


def test_where_it_is_kept_says_nothing_of_its_name_and_is_the_servers_own(booking):
    row = add(booking, WHOLE["image/png"], "../../../secret.png")
    path = settings.PAYMENTS_ATTACHMENTS / row.file.name

    assert path.is_file()
    assert "secret" not in str(path)
    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(ValueError, match="no address"):
        row.file.storage.url(row.file.name)


# Who sees it -------------------------------------------------------------


def test_who_may_not_see_the_booking_does_not_see_its_files(booking):
    row = add(booking, PDF)
    group = booking.organization
    elsewhere = MembershipFactory(organization=group, role=Role.OWNER)
    elsewhere.properties.set([PropertyFactory(organization=group, slug="alfama")])
    stranger = MembershipFactory(organization=OrganizationFactory(slug="asagiri"))

    for user in (elsewhere.user, stranger.user):
        answer = browser_of(user).get(page(row))
        assert answer.status_code == 404
        assert row.name not in answer.content.decode()
    assert Client().get(page(row)).status_code == 302
    here = MembershipFactory(organization=group, role=Role.READ_ONLY)
    here.properties.set([booking.property])
    assert browser_of(here.user).get(page(row)).status_code == 200
    assert browser_of(here.user).post(page(row)).status_code == 405


def test_who_only_looks_adds_nothing(booking):
    looks = MembershipFactory(role=Role.READ_ONLY, organization=booking.organization).user
    stranger = MembershipFactory(organization=OrganizationFactory(slug="asagiri")).user

    for user in (looks, stranger):
        with pytest.raises(MayNot):
            add(booking, PDF, by=user)
    assert not Activity.objects.exists()


def test_a_file_whose_bytes_are_gone_is_missing(booking, manager):
    row = add(booking, PDF)
    row.file.storage.delete(row.file.name)

    assert browser_of(manager).get(page(row)).status_code == 404


def test_what_cannot_be_written_down_leaves_no_file_behind(booking, monkeypatch):
    before = kept()

    def fails(*_, **__):
        raise RuntimeError

    monkeypatch.setattr("payments.operations.activity.note", fails)
    with pytest.raises(RuntimeError):
        add(booking, PDF)
    assert kept() == before


def test_the_booking_tells_who_added_a_file(booking):
    desk = MembershipFactory(role=Role.FRONT_DESK, organization=booking.organization).user
    row = add(booking, PDF, by=desk)

    activity = reverse("booking", args=[booking.pk]) + "?tab=activity"
    shown = browser_of(desk).get(activity).content.decode()
    assert f'<a href="{page(row)}">added a file</a>' in shown
    assert desk.username in shown
