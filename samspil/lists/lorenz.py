"""The Lorenz curve as places in a drawing of fixed size, for a template to draw."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from samspil.lists.worth import Point

#: The drawing area inside its margins, in the units of the drawing.
LEFT, TOP, SIDE = 56, 16, 320
TICKS = (0, 25, 50, 75, 100)


@dataclass(frozen=True)
class Tick:
    """A mark on an axis, in per cent, and where it is on the horizontal and on the vertical axis."""

    percent: int
    x: str
    y: str


@dataclass(frozen=True)
class Drawing:
    """Everything the template draws: numbers as text, because a drawing knows no decimal comma."""

    points: str
    even: str
    area: str
    ticks: tuple[Tick, ...]
    left: int = LEFT
    right: int = LEFT + SIDE
    top: int = TOP
    bottom: int = TOP + SIDE


def drawing(curve: Sequence[Point]) -> Drawing:
    """The curve, the line of an even spread, and the area between them."""
    points = " ".join(f"{_x(point.doctors)},{_y(point.work)}" for point in curve)
    even = f"{_x(0)},{_y(0)} {_x(1)},{_y(1)}"
    ticks = tuple(Tick(percent, _x(percent / 100), _y(percent / 100)) for percent in TICKS)
    return Drawing(points, even, points, ticks)


def _x(share: float) -> str:
    return f"{LEFT + SIDE * share:.1f}"


def _y(share: float) -> str:
    return f"{TOP + SIDE * (1 - share):.1f}"
