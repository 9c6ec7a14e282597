"""Pictures of simulated reports, drawn by code: a simple scene, before and afterwards, with MÔ PHỎNG under it, so that
nobody ever takes one for a photo.
"""

import io
from collections.abc import Callable
from functools import lru_cache

from PIL import Image, ImageDraw, ImageFont

from halong.simulation.citizens.luck import Luck

WIDTH, HEIGHT = 800, 600
HORIZON = 262
QUALITY = 80
VARIANTS = 4
SKIES = ((186, 206, 220), (205, 214, 219), (168, 190, 212), (44, 52, 74))
ASPHALT, KERB, GRASS = (104, 107, 110), (176, 172, 163), (122, 146, 98)
WARNING = (190, 38, 32)
SIZE, SMALL_SIZE = 86, 24

Draw = ImageDraw.ImageDraw
Scene = Callable[[Draw, Luck, bool], None]


@lru_cache(maxsize=256)
def picture(what: str, variant: int, *, after: bool = False) -> bytes:
    """A JPEG of one of ``SCENES``; ``after``: when it has been put right."""
    luck = Luck("picture", what, variant % VARIANTS)
    image = Image.new("RGB", (WIDTH, HEIGHT), luck.pick(SKIES[:3] if what != "lamp" else SKIES[3:]))
    draw = ImageDraw.Draw(image)
    _street(draw, luck)
    SCENES.get(what, _works)(draw, luck, after)
    _mark(draw, after)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=QUALITY)
    return out.getvalue()


def _street(draw: Draw, luck: Luck) -> None:
    """Houses, a pavement and a road, which every scene stands in."""
    left = -20
    while left < WIDTH:
        width, height = luck.whole(70, 150), luck.whole(90, 240)
        shade = luck.whole(150, 220)
        draw.rectangle(
            (left, HORIZON - height, left + width, HORIZON),
            fill=(shade, shade - luck.whole(0, 25), shade - 30),
        )
        for top in range(HORIZON - height + 18, HORIZON - 40, 46):
            draw.rectangle((left + 18, top, left + 40, top + 26), fill=(94, 108, 122))
        left += width + luck.whole(0, 14)
    draw.rectangle((0, HORIZON, WIDTH, HORIZON + 46), fill=KERB)
    draw.rectangle((0, HORIZON + 46, WIDTH, HEIGHT), fill=ASPHALT)
    for dash in range(20, WIDTH, 130):
        draw.rectangle((dash, HORIZON + 150, dash + 70, HORIZON + 158), fill=(214, 212, 204))


def _heap(draw: Draw, luck: Luck, after: bool) -> None:
    for _ in range(0 if after else 46):
        x, y, size = luck.whole(250, 560), luck.whole(HORIZON - 30, HORIZON + 70), luck.whole(14, 40)
        colour = luck.pick([(40, 42, 48), (205, 205, 200), (120, 86, 52), (46, 96, 130), (170, 60, 50)])
        draw.ellipse((x, y, x + size, y + size * 0.8), fill=colour)
    draw.rectangle((600, HORIZON - 60, 660, HORIZON + 30), fill=(38, 108, 70))


def _hole(draw: Draw, luck: Luck, after: bool) -> None:
    x, y, wide = luck.whole(200, 380), luck.whole(330, 360), luck.whole(170, 280)
    box = (x, y, x + wide, y + wide * 0.36)
    if after:
        draw.rectangle(box, fill=(62, 64, 67))
    else:
        draw.ellipse(box, fill=(58, 50, 44))
        draw.ellipse((x + 26, y + 14, x + wide - 30, y + wide * 0.28), fill=(128, 116, 98))


def _lamp(draw: Draw, luck: Luck, after: bool) -> None:
    for x in range(luck.whole(60, 140), WIDTH, 240):
        draw.rectangle((x, 90, x + 8, HORIZON + 10), fill=(70, 74, 78))
        draw.rectangle((x, 90, x + 74, 98), fill=(70, 74, 78))
        draw.ellipse((x + 58, 92, x + 96, 112), fill=(255, 236, 160) if after else (60, 62, 66))


def _water(draw: Draw, luck: Luck, after: bool) -> None:
    if after:
        draw.rectangle((360, HORIZON + 40, 470, HORIZON + 66), fill=(72, 74, 76))
        return
    draw.rectangle((0, luck.whole(300, 340), WIDTH, HEIGHT), fill=(140, 124, 98))
    for _ in range(22):
        x, y = luck.whole(0, WIDTH), luck.whole(350, 460)
        draw.line((x, y, x + luck.whole(30, 90), y), fill=(172, 158, 132), width=3)


def _sea(draw: Draw, luck: Luck, after: bool) -> None:
    draw.rectangle((0, 200, WIDTH, HEIGHT), fill=(74, 124, 140))
    for x in range(40, WIDTH, 210):
        draw.polygon([(x, 202), (x + 50, luck.whole(60, 130)), (x + 120, 202)], fill=(84, 106, 92))
    for _ in range(0 if after else 60):
        x, y = luck.whole(0, WIDTH), luck.whole(260, 450)
        draw.rectangle(
            (x, y, x + luck.whole(8, 26), y + 8), fill=luck.pick([(240, 240, 236), (196, 150, 70)])
        )


def _cars(draw: Draw, luck: Luck, after: bool) -> None:
    for x in range(30, WIDTH - 120, 190):
        if after:
            continue
        colour = luck.pick([(190, 190, 194), (52, 56, 62), (148, 44, 40), (60, 84, 128)])
        draw.rectangle((x, HORIZON - 10, x + 160, HORIZON + 40), fill=colour)
        draw.rectangle((x + 32, HORIZON - 44, x + 126, HORIZON - 10), fill=colour)
        for wheel in (x + 24, x + 112):
            draw.ellipse((wheel, HORIZON + 24, wheel + 34, HORIZON + 58), fill=(24, 24, 26))


def _tree(draw: Draw, luck: Luck, after: bool) -> None:
    x = luck.whole(180, 420)
    if after:
        draw.rectangle((x, HORIZON - 20, x + 40, HORIZON + 10), fill=(104, 76, 48))
        return
    draw.line((x, HORIZON + 20, x + 270, HORIZON + 150), fill=(92, 66, 42), width=34)
    for _ in range(40):
        left, top = x + luck.whole(120, 330), HORIZON + luck.whole(40, 190)
        draw.ellipse((left, top, left + 44, top + 30), fill=luck.pick([GRASS, (88, 118, 66)]))


def _pole(draw: Draw, luck: Luck, after: bool) -> None:
    lean = 0 if after else luck.whole(40, 90)
    draw.line((380, HORIZON + 30, 380 + lean, 70), fill=(128, 124, 118), width=20)
    for _ in range(3 if after else 12):
        sag = luck.whole(4, 20) if after else luck.whole(60, 260)
        draw.arc((-220, 100 - sag, 380 + lean, 100 + sag), 0, 180, fill=(30, 30, 32), width=3)


def _smoke(draw: Draw, luck: Luck, after: bool) -> None:
    for _ in range(0 if after else 60):
        x, y, size = luck.whole(120, 640), luck.whole(60, 330), luck.whole(40, 120)
        grey = luck.whole(140, 190)
        draw.ellipse((x, y, x + size, y + size * 0.7), fill=(grey, grey - 6, grey - 14))


def _works(draw: Draw, luck: Luck, after: bool) -> None:
    """Whatever else: a fence, gone afterwards."""
    for x in range(luck.whole(80, 160), 640, 60):
        if not after:
            draw.rectangle(
                (x, HORIZON - 30, x + 52, HORIZON + 30), fill=luck.pick([(214, 120, 40), (230, 226, 214)])
            )


SCENES: dict[str, Scene] = {
    "waste": _heap, "pothole": _hole, "lamp": _lamp, "flood": _water, "pipe": _water, "water": _water, "bay": _sea,
    "parking": _cars, "tree": _tree, "slope": _tree, "pole": _pole, "dust": _smoke,
}  # fmt: skip


def _mark(draw: Draw, after: bool) -> None:
    """MÔ PHỎNG in large letters on a bar, with its accents: the font that comes with Pillow has none of Vietnamese."""
    top = HEIGHT - 132
    draw.rectangle((0, top, WIDTH, HEIGHT), fill="white")
    draw.rectangle((0, top, WIDTH, top + 6), fill=WARNING)
    font = ImageFont.load_default(SIZE)
    x = 40.0
    for letter in "MÔ PHỎNG":
        plain = {"Ô": "O", "Ỏ": "O"}.get(letter, letter)
        draw.text((x, top + 24), plain, font=font, fill=WARNING)
        middle = x + font.getlength(plain) / 2
        if letter == "Ô":
            draw.line(
                [(middle - 18, top + 28), (middle, top + 13), (middle + 18, top + 28)], fill=WARNING, width=7
            )
        if letter == "Ỏ":
            draw.arc((middle - 11, top + 8, middle + 11, top + 26), 200, 80, fill=WARNING, width=6)
        x += font.getlength(plain)
    words = "simulated picture - after" if after else "simulated picture"
    draw.text((x + 30, top + 62), words, font=ImageFont.load_default(SMALL_SIZE), fill=(70, 70, 70))
