"""Grades can be told apart by readers with any colour vision, in light and in dark."""

from __future__ import annotations

import re
from importlib import resources
from itertools import pairwise
from math import dist

import pytest

Colour = tuple[float, float, float]
Matrix = tuple[Colour, Colour, Colour]

# Machado, Oliveira and Fernandes 2009, severity 1.0, for linear RGB.
DEFICIENCIES: dict[str, Matrix] = {
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritanopia": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}
_TO_XYZ: Matrix = (
    (0.4124564, 0.3575761, 0.1804375),
    (0.2126729, 0.7151522, 0.0721750),
    (0.0193339, 0.1191920, 0.9503041),
)
_WHITE: Colour = (0.95047, 1.0, 1.08883)


def schemes() -> dict[str, dict[str, str]]:
    """The custom properties of the style sheet in both schemes."""
    sheet = (resources.files("assay.briefing") / "assets/assay.css").read_text("utf-8")
    start = sheet.index("@media (prefers-color-scheme: dark)")
    light = _properties(sheet[: sheet.index("}", sheet.index(":root"))])
    return {"light": light, "dark": light | _properties(sheet[start : sheet.index("}", start)])}


def _properties(text: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{3,6})\b", text))


def linear(colour: str) -> Colour:
    digits = colour[1:] if len(colour) == 7 else "".join(c * 2 for c in colour[1:])
    shares = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in shares)
    return r, g, b


def times(matrix: Matrix, colour: Colour) -> Colour:
    x, y, z = (sum(a * b for a, b in zip(row, colour, strict=True)) for row in matrix)
    return x, y, z


def contrast(one: str, other: str) -> float:
    dark, light = sorted(times(_TO_XYZ, linear(c))[1] for c in (one, other))
    return (light + 0.05) / (dark + 0.05)


def lab(colour: Colour) -> Colour:
    """CIE L*a*b* of a colour in linear RGB, clipped to what a screen can show."""
    r, g, b = (min(max(c, 0.0), 1.0) for c in colour)
    parts = zip(times(_TO_XYZ, (r, g, b)), _WHITE, strict=True)
    x, y, z = (
        (v / w) ** (1 / 3) if v / w > 216 / 24389 else (24389 / 27 * v / w + 16) / 116
        for v, w in parts
    )
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_letter_of_a_grade_stands_out(scheme: str) -> None:
    colours = schemes()[scheme]
    found = {n: contrast(colours[f"tone-{n}"], colours[f"on-{n}"]) for n in range(6)}
    assert {n: ratio for n, ratio in found.items() if ratio < 4.5} == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("deficiency", DEFICIENCIES)
def test_neighbouring_grades_differ_for_every_reader(scheme: str, deficiency: str) -> None:
    colours = schemes()[scheme]
    seen = [lab(times(DEFICIENCIES[deficiency], linear(colours[f"tone-{n}"]))) for n in range(6)]
    steps = {n: dist(one, other) for n, (one, other) in enumerate(pairwise(seen))}
    assert {n: step for n, step in steps.items() if step < 10} == {}


def test_two_colours_known_to_be_alike_are_found_alike() -> None:
    """Red and green of one lightness differ, but hardly for a reader with deuteranopia."""
    red, green = linear("#c06050"), linear("#8a7f3a")
    assert dist(lab(red), lab(green)) > 30
    seen = [lab(times(DEFICIENCIES["deuteranopia"], c)) for c in (red, green)]
    assert dist(*seen) < dist(lab(red), lab(green)) / 2
