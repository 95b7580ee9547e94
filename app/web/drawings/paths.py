"""Path arithmetic shared by the drawings: short numbers and cubic Bézier curves cut where the ink stops."""

from __future__ import annotations

from dataclasses import dataclass

Point = tuple[float, float]


def short(value: float) -> str:
    """One decimal at most, no trailing zero, no minus zero: SVG coordinates a reader can check."""
    text = f"{value:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


def join(*segments: str) -> str:
    """Several segments as one path, so that one element draws them all."""
    return "".join(segments)


def vertical(x: float, top: float, bottom: float) -> str:
    """A stroke from top to bottom."""
    return f"M{short(x)} {short(top)}V{short(bottom)}"


def horizontal(y: float, left: float, right: float) -> str:
    """A stroke from left to right."""
    return f"M{short(left)} {short(y)}H{short(right)}"


def circle(x: float, y: float, radius: float) -> str:
    """A full circle as two arcs."""
    r, d = short(radius), short(2 * radius)
    return f"M{short(x - radius)} {short(y)}a{r} {r} 0 1 1 {d} 0a{r} {r} 0 1 1 -{d} 0"


@dataclass(frozen=True)
class Cubic:
    """One cubic Bézier segment whose x grows from start to end."""

    start: Point
    first: Point
    second: Point
    end: Point

    def at(self, t: float) -> Point:
        """The point at parameter t in [0, 1] (Bernstein form)."""
        u = 1 - t
        weights = (u * u * u, 3 * t * u * u, 3 * t * t * u, t * t * t)
        points = (self.start, self.first, self.second, self.end)
        return (
            sum(w * p[0] for w, p in zip(weights, points, strict=True)),
            sum(w * p[1] for w, p in zip(weights, points, strict=True)),
        )

    def parameter(self, x: float) -> float:
        """The t whose point has this x, by bisection: forty halvings are below any pixel."""
        low, high = 0.0, 1.0
        for _ in range(40):
            middle = (low + high) / 2
            low, high = (middle, high) if self.at(middle)[0] < x else (low, middle)
        return (low + high) / 2

    def cut(self, t: float) -> tuple[Cubic, Cubic]:
        """The two segments before and after t (de Casteljau's construction)."""
        a, b, c = _mix(self.start, self.first, t), _mix(self.first, self.second, t), _mix(self.second, self.end, t)
        d, e = _mix(a, b, t), _mix(b, c, t)
        f = _mix(d, e, t)
        return Cubic(self.start, a, d, f), Cubic(f, e, c, self.end)

    def path(self) -> str:
        """The segment as a path of its own."""
        return f"M{_pair(self.start)}{self.tail()}"

    def tail(self) -> str:
        """The segment continuing a path that already stands at its start."""
        return f"C{_pair(self.first)} {_pair(self.second)} {_pair(self.end)}"


@dataclass(frozen=True)
class Arch:
    """An arch in two cubic halves that meet at the crown."""

    left: Cubic
    right: Cubic

    @classmethod
    def between(cls, left: Point, right: Point, crown: float, *, knee: float, haunch: float, shoulder: float) -> Arch:
        """An arch of the given crown height; knee and shoulder are shares of its width, haunch the knee's height."""
        (x0, base), (x1, _) = left, right
        width, middle = x1 - x0, (x0 + x1) / 2
        rise = Cubic((x0, base), (x0 + width * knee, haunch), (x0 + width * shoulder, crown), (middle, crown))
        fall = Cubic((middle, crown), (x1 - width * shoulder, crown), (x1 - width * knee, haunch), (x1, base))
        return cls(rise, fall)

    def height(self, x: float) -> float:
        """The y of the arch above x."""
        half = self.left if x <= self.left.end[0] else self.right
        return half.at(half.parameter(x))[1]

    def path(self) -> str:
        """The whole arch."""
        return self.left.path() + self.right.tail()

    def until(self, x: float) -> str:
        """The part of the arch before x, empty when x is before its foot."""
        if x <= self.left.start[0]:
            return ""
        if x >= self.right.end[0]:
            return self.path()
        if x <= self.left.end[0]:
            return self.left.cut(self.left.parameter(x))[0].path()
        return self.left.path() + self.right.cut(self.right.parameter(x))[0].tail()

    def beyond(self, x: float) -> str:
        """The part of the arch after x, empty when x is past its other foot."""
        if x >= self.right.end[0]:
            return ""
        if x <= self.left.start[0]:
            return self.path()
        if x > self.left.end[0]:
            return self.right.cut(self.right.parameter(x))[1].path()
        return self.left.cut(self.left.parameter(x))[1].path() + self.right.tail()


def _mix(p: Point, q: Point, t: float) -> Point:
    return (p[0] + (q[0] - p[0]) * t, p[1] + (q[1] - p[1]) * t)


def _pair(point: Point) -> str:
    return f"{short(point[0])} {short(point[1])}"
