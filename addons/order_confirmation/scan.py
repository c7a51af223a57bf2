"""What a file really is, judged by its content. Pure functions without the ORM."""

import io
from base64 import b64decode

from odoo.tools.pdf import PdfFileReader, merge_pdf
from PIL import Image

MAX_BYTES = 25 * 1024 * 1024
# As Odoo's own pictures: a small file may hold more pixels than there is memory.
MAX_PIXELS = 50_000_000
_PICTURES = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF87a": "image/gif",
    b"GIF89a": "image/gif",
    b"BM": "image/bmp",
}


def kind(data):
    """Return the media type of a PDF or picture, or None; names do not count.

    :param bytes data: the whole file
    """
    # Scanners put a few bytes before the mark of a PDF, and readers allow it.
    if b"%PDF-" in data[:1024]:
        return "application/pdf"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    return next(
        (name for mark, name in _PICTURES.items() if data.startswith(mark)), None
    )


def huge(data):
    """Return whether a picture has too many pixels to be opened; it is not opened."""
    try:
        with Image.open(io.BytesIO(data)) as picture:
            return picture.width * picture.height > MAX_PIXELS
    except Image.DecompressionBombError:
        return True
    except Exception:
        # Whatever else is wrong with it is said by those who read it.
        return False


def readable(data):
    """Return whether a PDF has a page, or a picture can be shown to its last line."""
    name = kind(data)
    try:
        if name == "application/pdf":
            return PdfFileReader(io.BytesIO(data), strict=False).getNumPages() > 0
        if not _whole(name, data) or huge(data):
            return False
        with Image.open(io.BytesIO(data)) as picture:
            picture.load()
            return min(picture.size) > 1
    except Exception:
        # Readers fail on broken files in more ways than they name.
        return False


def fault(data):
    """Return what keeps a file from being a signed paper, or None.

    :return: ``empty``, ``large``, ``kind`` (neither PDF nor picture), ``unreadable``
    """
    if not data:
        return "empty"
    if len(data) > MAX_BYTES:
        return "large"
    if not kind(data):
        return "kind"
    return None if readable(data) else "unreadable"


def decoded(text):
    """Return the bytes of a base64 text, empty where it is none."""
    try:
        return b64decode(text or b"", validate=True)
    except ValueError:
        return b""


def join(files):
    """Return several scans as one PDF, a page for each picture, in their order.

    :param files: whole files, each without a fault
    :return: the PDF as bytes
    """
    return merge_pdf([_as_pdf(data) for data in files])


def _as_pdf(data):
    if kind(data) == "application/pdf":
        return data
    stream = io.BytesIO()
    with Image.open(io.BytesIO(data)) as picture:
        picture.convert("RGB").save(stream, "PDF", resolution=150)
    return stream.getvalue()


def _whole(name, data):
    """Return whether the mark at the end is there: a cut picture still opens here."""
    if name == "image/png":
        return b"IEND" in data[-64:]
    if name == "image/jpeg":
        # Cameras put a small picture, with an end of its own, before the large one.
        return data.rfind(b"\xff\xd9") > len(data) // 2
    return True


def drawn(data):
    """Return whether a picture shows anything: one colour all over is no signature."""
    if not (kind(data) or "").startswith("image/") or not readable(data):
        return False
    with Image.open(io.BytesIO(data)) as picture:
        bands = picture.convert("RGBA").getextrema()
    transparent = bands[3] == (0, 0)
    return not transparent and any(low != high for low, high in bands)
