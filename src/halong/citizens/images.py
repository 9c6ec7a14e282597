"""Pictures: what they are by their signature, whether they may be taken, and copies without metadata. Pure.

Nothing that was sent is ever handed on: each copy is drawn anew from the pixels, so that metadata, thumbnails, appended
archives and scripts are gone. Sizes are checked before a pixel is decoded; a JPEG of many megapixels is decoded at a
fraction of its size by its own transform, so that memory doesn't follow the pixels.
"""

import io
import struct
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import pi_heif
from PIL import Image, ImageFilter, ImageOps, UnidentifiedImageError

from halong.core.errors import Invalid, TooLarge

LARGEST = 25 * 1024 * 1024  # bytes
MOST_PIXELS = 40_000_000  # of what must be decoded whole
MOST_PIXELS_JPEG = 250_000_000  # decoded at an eighth at least
MOST_PIXELS_PROGRESSIVE = (
    64_000_000  # of such a JPEG all coefficients are held at once, whatever the size of the copy
)
MOST_SCANS = (
    64  # in which a progressive JPEG comes; programs write about ten, and each costs a pass over all pixels
)
SMALLEST = 16  # pixels a side
WORK, PUBLIC, SMALL = 2560, 1600, 480  # longest side of the copies
QUALITY = 82
HEIC = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"heif"})
BLOCKS = 12  # what is covered keeps this many blocks across

REASONS = ("unknown-type", "too-large", "too-many-pixels", "too-small", "unreadable", "malware")

pi_heif.register_heif_opener(thumbnails=False)
Image.MAX_IMAGE_PIXELS = None  # ours is checked below, before anything is decoded


@dataclass(frozen=True)
class Made:
    """A copy."""

    content: bytes
    width: int
    height: int
    media_type: str = "image/jpeg"


@dataclass(frozen=True)
class Facts:
    """What a photo's header says: kind, size, and where and when it was taken if the camera wrote that down."""

    kind: str
    width: int
    height: int
    lon: float | None = None
    lat: float | None = None
    taken_at: datetime | None = None


class Refused(Invalid):
    """A picture that isn't taken; ``reason`` is one of REASONS."""

    kind, title = "photo-refused", "Photo refused"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def kind_of(content: bytes) -> str:
    """``jpeg png webp heic`` by signature, "" for anything else (also GIF, SVG, TIFF: nobody takes photos with them)."""
    if content.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "webp"
    if content[4:8] == b"ftyp" and (content[8:12] in HEIC or _compatible(content)):
        return "heic"
    return ""


def _compatible(content: bytes) -> bool:
    (length,) = struct.unpack(">I", content[:4])
    brands = content[16 : min(length, 128)]
    return any(brands[n : n + 4] in HEIC for n in range(0, len(brands), 4))


def look(content: bytes) -> Facts:
    """Read the header only. Raises Refused, or TooLarge."""
    if len(content) > LARGEST:
        raise TooLarge("too-large")
    kind = kind_of(content)
    if not kind:
        raise Refused("unknown-type")
    with _open(content, kind) as image:
        width, height = image.size
        lon, lat, taken_at = _where_and_when(image)
    return Facts(kind, width, height, lon, lat, taken_at)


def work_copy(content: bytes) -> Made:
    """The copy that handlers see: upright, without metadata, at most 2,560 pixels. Raises Refused."""
    kind = kind_of(content)
    if not kind:
        raise Refused("unknown-type")
    with _open(content, kind) as image:
        if kind == "jpeg":
            image.draft("RGB", (WORK, WORK))  # type: ignore[no-untyped-call,unused-ignore]
        return _encode(_upright(image), WORK)


def public_copies(work: bytes, covered: Sequence[Sequence[float]]) -> tuple[Made, Made]:
    """The public copy and its small one, pixelated in the boxes ([left, top, width, height] as shares of the sides)."""
    with Image.open(io.BytesIO(work), formats=["JPEG"]) as image:
        plain = image.convert("RGB")
    for box in covered:
        _pixelate(plain, box)
    return _encode(plain.copy(), PUBLIC), _encode(plain, SMALL)


def _open(content: bytes, kind: str) -> Image.Image:
    formats = {"jpeg": ["JPEG"], "png": ["PNG"], "webp": ["WEBP"], "heic": ["HEIF"]}[kind]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            image = Image.open(io.BytesIO(content), formats=formats)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, struct.error) as error:
        raise Refused("unreadable") from error
    width, height = image.size
    if min(width, height) < SMALLEST:
        raise Refused("too-small")
    if width * height > _most_pixels(image, kind):
        raise Refused("too-many-pixels")
    if content.count(b"\xff\xda") > MOST_SCANS and kind == "jpeg":
        raise Refused("unreadable")
    return image


def _most_pixels(image: Image.Image, kind: str) -> int:
    if kind != "jpeg":
        return MOST_PIXELS
    return MOST_PIXELS_PROGRESSIVE if image.info.get("progressive") else MOST_PIXELS_JPEG


def _upright(image: Image.Image) -> Image.Image:
    try:
        image.load()
        turned = ImageOps.exif_transpose(image)
        if turned.mode in ("RGBA", "LA", "PA") or "transparency" in turned.info:
            whole = turned.convert("RGBA")
            paper = Image.new("RGB", whole.size, "white")
            paper.paste(whole, mask=whole.getchannel("A"))
            return paper
        return turned.convert("RGB")
    except Refused:
        raise
    except Exception as error:  # decoders raise whatever they like at broken files
        raise Refused("unreadable") from error


def _encode(image: Image.Image, longest: int) -> Made:
    image.thumbnail((longest, longest), Image.Resampling.LANCZOS, reducing_gap=2.0)
    fresh = Image.frombytes("RGB", image.size, image.tobytes())  # pixels and nothing else
    out = io.BytesIO()
    fresh.save(out, "JPEG", quality=QUALITY, progressive=True, optimize=False)
    return Made(out.getvalue(), *fresh.size)


def _pixelate(image: Image.Image, box: Sequence[float]) -> None:
    left, top = round(box[0] * image.width), round(box[1] * image.height)
    right = min(image.width, max(left + 1, round((box[0] + box[2]) * image.width)))
    bottom = min(image.height, max(top + 1, round((box[1] + box[3]) * image.height)))
    if left >= right or top >= bottom:
        return
    part = image.crop((left, top, right, bottom)).filter(ImageFilter.GaussianBlur(8))
    tiny = part.resize((min(BLOCKS, part.width), min(BLOCKS, part.height)), Image.Resampling.BOX)
    image.paste(tiny.resize(part.size, Image.Resampling.NEAREST), (left, top))


def _where_and_when(image: Image.Image) -> tuple[float | None, float | None, datetime | None]:
    """What the camera wrote down; nothing where it can't be read."""
    try:
        exif = image.getexif()
        place = exif.get_ifd(0x8825)
        lon, lat = _degrees(place.get(4), place.get(3)), _degrees(place.get(2), place.get(1))
        written = str(exif.get_ifd(0x8769).get(0x9003) or exif.get(0x0132) or "")
        offset = str(exif.get_ifd(0x8769).get(0x9011) or "+07:00")
    except Exception:  # noqa: BLE001 -- metadata of strangers: anything may be broken in it
        return None, None, None
    if lon is None or lat is None or not (-180 <= lon <= 180 and -90 <= lat <= 90) or (lon == 0 and lat == 0):
        lon = lat = None
    try:
        taken = datetime.strptime(f"{written[:19]}{offset}", "%Y:%m:%d %H:%M:%S%z")
    except ValueError:
        taken = None
    return lon, lat, taken


def _degrees(parts: object, side: object) -> float | None:
    try:
        degrees, minutes, seconds = (float(part) for part in parts)  # type: ignore[attr-defined]
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    value = degrees + minutes / 60 + seconds / 3600
    return -value if str(side) in ("S", "W") else value
