"""The sizes a picture is made in: for every width of screen, and cut around its focal point."""

import io

from PIL import Image

from portal.content.pictures import FORMATS, Picture, dimensions, working

WIDTHS = (320, 640, 960, 1440, 1920)
CUTS = {"square": (320, 320), "social": (1200, 630)}
QUALITY = 80


def renditions_of(data: bytes, mime: str, focus: tuple[int, int]) -> dict[str, Picture]:
    """Return the renditions of a picture that was cleaned, by name: `w640`, `square`, `social`.

    Never larger than the picture itself. `focus` is the focal point in percent from the left and
    from the top: what is cut off is cut off on the other side. The same in, the same out.
    """
    dimensions(data, mime)
    with working(), Image.open(io.BytesIO(data), formats=[FORMATS[mime]]) as image:
        plain = _still(image)
        made = {f"w{width}": _narrowed(plain, width) for width in _widths(plain.width, mime)}
        for name, size in CUTS.items():
            made[name] = _cut(plain, size, focus)
    return made


def shrunk(picture: Picture, largest: tuple[int, int]) -> Picture:
    """Return a cleaned picture so that it fits into a box; a moving one stands still."""
    with working(), Image.open(io.BytesIO(picture.data), formats=[FORMATS[picture.mime]]) as image:
        if image.width <= largest[0] and image.height <= largest[1] and picture.mime != "image/gif":
            return picture
        plain = _still(image)
        plain.thumbnail(largest, Image.Resampling.LANCZOS)
        return _webp(plain)


def _still(image: Image.Image) -> Image.Image:
    has_alpha = "A" in image.getbands() or "transparency" in image.info
    plain = image.convert("RGBA" if has_alpha else "RGB")
    plain.info = {}
    return plain


def _widths(width: int, mime: str) -> list[int]:
    """Return the widths smaller than the picture; a GIF may move, and stays as it is."""
    return [each for each in WIDTHS if each < width] if mime != "image/gif" else []


def _narrowed(image: Image.Image, width: int) -> Picture:
    height = max(1, round(image.height * width / image.width))
    return _webp(image.resize((width, height), Image.Resampling.LANCZOS))


def _cut(image: Image.Image, size: tuple[int, int], focus: tuple[int, int]) -> Picture:
    """Cut out as much as has the wanted shape, the focal point as near its middle as can be."""
    scale = min(image.width / size[0], image.height / size[1])
    width, height = max(1, round(size[0] * scale)), max(1, round(size[1] * scale))
    left = min(max(0, round(image.width * focus[0] / 100 - width / 2)), image.width - width)
    top = min(max(0, round(image.height * focus[1] / 100 - height / 2)), image.height - height)
    part = image.crop((left, top, left + width, top + height))
    return _webp(part.resize(size, Image.Resampling.LANCZOS) if scale > 1 else part)


def _webp(image: Image.Image) -> Picture:
    file = io.BytesIO()
    image.save(file, "WEBP", quality=QUALITY, method=4)
    return Picture(file.getvalue(), "image/webp", image.width, image.height)
