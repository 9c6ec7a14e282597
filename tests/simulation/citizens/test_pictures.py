"""Drawn pictures: they look like pictures to the door, differ by what they show, and say that they are simulated."""

import io

import pytest
from PIL import Image

from halong.citizens import images
from halong.simulation.citizens.pictures import HEIGHT, SCENES, WIDTH, picture


@pytest.mark.parametrize("what", [*SCENES, "something else"])
def test_the_door_takes_them(what):
    facts = images.look(picture(what, 0))
    assert (facts.kind, facts.width, facts.height) == ("jpeg", WIDTH, HEIGHT)
    assert (facts.lon, facts.lat, facts.taken_at) == (None, None, None)


@pytest.mark.parametrize("after", [False, True])
def test_simulated_stands_under_them_in_red(after):
    drawn = Image.open(io.BytesIO(picture("pothole", 1, after=after))).convert("RGB")
    below = drawn.crop((0, HEIGHT - 120, 560, HEIGHT))
    pixels = below.tobytes()
    colours = zip(pixels[::3], pixels[1::3], pixels[2::3], strict=True)
    red = sum(1 for r, g, b in colours if r > 150 and g < 90 and b < 90)
    assert red > 4000


def test_before_and_afterwards_differ():
    assert picture("waste", 2) != picture("waste", 2, after=True)
    assert picture("waste", 2) == picture("waste", 2 + 4)
