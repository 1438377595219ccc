"""Axes and what is drawn between them, as SVG that stands inside a page. Values in, markup out; nothing is loaded from outside.

Colours are those of the page (CSS variables), so that one picture serves light, dark and paper; text stays text. Every
picture has a title and a description for those who cannot see it.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element, SubElement, tostring

Point = tuple[float, float]

_TEXT = 10.5  # points: what a phone shows of a wide picture it shows at the size of its own text
_TICK = 3.5
_GAP = 6.0  # between an axis and its words
_MOST_STEPS = 6


@dataclass(frozen=True, slots=True)
class Frame:
    """How large a picture is, in points, where its axes stand, and the values at their ends."""

    size: Point
    left: float
    right: float
    top: float
    bottom: float
    across: Point  # the value at the left, and at the right
    up: Point  # at the bottom, and at the top

    def place(self, x: float, y: float) -> Point:
        """Where a pair of values lies; what is beyond the upper end, at that end."""
        (left, right), (bottom, top) = self.across, self.up
        across = self.left + (x - left) / (right - left) * (self.right - self.left)
        up = self.bottom + (y - bottom) / (top - bottom) * (self.top - self.bottom)
        return across, max(up, self.top)


@dataclass(frozen=True, slots=True)
class Canvas:
    """What has been drawn within a frame. Places are values of its axes, colours are names of the page's."""

    frame: Frame
    _drawn: Element = field(default_factory=lambda: Element("g"))

    def box(self, corners: tuple[Point, Point], colour: str, edge: str = "none") -> None:
        """A filled rectangle from its lower left corner to its upper right one."""
        (left, bottom), (right, top) = (self.frame.place(*corner) for corner in corners)
        self._add(
            "rect", x=left, y=top, width=right - left, height=bottom - top, fill=_colour(colour), stroke=_colour(edge)
        )

    def dot(self, at: Point, area: float, colour: str) -> None:
        """A disc of an area in square points."""
        x, y = self.frame.place(*at)
        self._add("circle", cx=x, cy=y, r=math.sqrt(area) / 2, fill=_colour(colour))

    def line(self, ends: tuple[Point, Point], colour: str, width: float) -> None:
        """A straight line, so many points wide."""
        start, end = (self.frame.place(*one) for one in ends)
        self._stroke((*start, *end), colour, width)

    def below(self, ticks: Iterable[tuple[float, str]], title: str = "") -> None:
        """The axis at the bottom with its words."""
        f = self.frame
        self._stroke((f.left, f.bottom, f.right, f.bottom), "faint", 0.8)
        for value, text in ticks:
            self._text((f.place(value, f.up[0])[0], f.bottom + _GAP + _TEXT * 0.75), text, "middle")
        if title:
            self._text(((f.left + f.right) / 2, f.bottom + _GAP + _TEXT * 2), title, "middle")

    def beside(self, ticks: Iterable[tuple[float, str]], title: str = "") -> None:
        """The axis at the left with its words; its title is written upwards."""
        f = self.frame
        self._stroke((f.left, f.bottom, f.left, f.top), "faint", 0.8)
        for value, text in ticks:
            y = f.place(f.across[0], value)[1]
            self._stroke((f.left - _TICK, y, f.left, y), "faint", 0.8)
            self._text((f.left - _GAP, y + _TEXT * 0.35), text, "end")
        if title:
            x, y = _TEXT, (f.top + f.bottom) / 2
            self._text((x, y), title, "middle").set("transform", f"rotate(-90 {x:g} {y:g})")

    def markup(self, name: str, title: str, told: str) -> str:
        """The picture; `name` makes its ids unique on the page, `told` describes it."""
        width, height = self.frame.size
        svg = Element(
            "svg", {"xmlns": "http://www.w3.org/2000/svg", "viewBox": f"0 0 {width:g} {height:g}", "role": "img"}
        )
        svg.set("aria-labelledby", f"{name}-title {name}-told")
        SubElement(svg, "title", id=f"{name}-title").text = title
        SubElement(svg, "desc", id=f"{name}-told").text = told
        self._drawn.set("id", f"{name}-drawn")
        svg.append(self._drawn)
        return tostring(svg, encoding="unicode")

    def _text(self, at: Point, text: str, anchor: str) -> Element:
        written = self._add("text", x=at[0], y=at[1], fill=_colour("ink"))
        written.set("text-anchor", anchor)
        written.set("font-size", f"{_TEXT:g}")
        written.text = text
        return written

    def _stroke(self, ends: tuple[float, float, float, float], colour: str, width: float) -> None:
        line = self._add("line", **dict(zip(("x1", "y1", "x2", "y2"), ends, strict=True)), stroke=_colour(colour))
        line.set("stroke-width", f"{width:g}")

    def _add(self, tag: str, **attributes: float | str) -> Element:
        said = {name: one if isinstance(one, str) else f"{one:.2f}" for name, one in attributes.items()}
        return SubElement(self._drawn, tag, said)


def round_steps(highest: float, *, whole: bool = False) -> tuple[float, ...]:
    """Values from 0 up to the highest, at most seven, evenly 1, 2 or 5 times a power of ten apart; `whole`: no fractions."""
    least = max(highest / _MOST_STEPS, 1.0 if whole else 0.01)
    power = 10.0 ** math.floor(math.log10(least))
    step = next(times * power for times in (1, 2, 5, 10) if times * power >= least)
    return tuple(number * step for number in range(int(highest / step) + 1))


def _colour(name: str) -> str:
    return name if name == "none" else f"var(--{name})"
