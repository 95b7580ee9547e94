"""The two banks of the elevation: quays, a tree and a bench on one side, a workshop with an open door on the other."""

from app.web.drawings.paths import horizontal, join, short, vertical

WATER = (
    "M135 214h51M259 214h37M457 214h54M662 214h67M889 214h30M1018 214h26M154 224h67M382 224h39M499 224h28"
    "M917 224h56M1029 224h24M139 234h63M249 234h66M423 234h44M1006 234h22M126 244h16M216 244h45"
    "M717 244h40M926 244h67M156 254h36M486 254h35M747 254h52M880 254h58M154 264h50M270 264h59M423 264h54"
    "M688 264h18M869 264h68M125 274h36M218 274h40M466 274h41M653 274h69M792 274h16M859 274h38M1021 274h49"
)
"""Ripples clear of the piers, once drawn at random and kept as they fell."""

_FAR_LEFT, _FAR_RIGHT = -400.0, 1600.0
_QUAY_FOOT = 250.0
_ROWS = (0, 26, 54, 82, 110)
_STONE = 44
_HALF_STONE = 22


def banks(left: float, right: float, deck: float) -> str:
    """The outline of both quays and what stands on them."""
    top = short(deck - 1.5)
    quays = (
        f"M{short(_FAR_LEFT)} {top}H{short(left - 2)}V{short(_QUAY_FOOT)}H{short(_FAR_LEFT)}"
        f"M{short(_FAR_RIGHT)} {top}H{short(right + 2)}V{short(_QUAY_FOOT)}H{short(_FAR_RIGHT)}"
    )
    return join(quays, _bench(66, deck), _tree(34, deck), _workshop(right + 14, deck))


def courses(left: float, right: float, deck: float) -> str:
    """Joints of the quays' stones and panes of the workshop, in fine strokes."""
    beds = [horizontal(deck + y, _FAR_LEFT, left - 2) + horizontal(deck + y, right + 2, _FAR_RIGHT) for y in _ROWS[1:]]
    joints = [_joints(k, deck + y, left, right) for k, y in enumerate(_ROWS)]
    return join(*beds, *joints, _panes(right + 14, deck))


def _joints(row: int, y: float, left: float, right: float) -> str:
    """Upright joints of one course, shifted by half a stone every other course."""
    shift = row % 2 * _HALF_STONE
    height = 26 if row == 0 else 28
    places = [*range(-416 + shift, int(left) - 10, _STONE), *range(int(right) + 24 + shift, int(_FAR_RIGHT), _STONE)]
    return join(*(vertical(x, y, y + height) for x in places))


def _bench(x: float, deck: float) -> str:
    seat, foot = deck - 13, deck - 2
    slats = join(horizontal(seat, x, x + 42), *(horizontal(deck - y, x + 2, x + 40) for y in (20, 26)))
    return slats + join(*(vertical(leg, deck - 28, foot) for leg in (x + 5, x + 37)))


def _tree(x: float, deck: float) -> str:
    """A plane tree in winter: a trunk, then pairs of branches, each as start, two controls and end."""
    strokes = (
        ((0, -2), (1, -26), (0, -36), (0, -50)),
        ((0, -30), (5, -40), (13, -46), (17, -58)),
        ((0, -40), (-8, -50), (-14, -54), (-18, -64)),
        ((0, -50), (3, -58), (8, -64), (10, -74)),
        ((0, -50), (-4, -58), (-7, -66), (-6, -77)),
        ((11, -47), (18, -50), (23, -52), (29, -53)),
        ((-10, -52), (-18, -53), (-24, -56), (-30, -61)),
        ((6, -61), (11, -64), (15, -68), (20, -70)),
    )
    placed = [[f"{short(x + dx)} {short(deck + dy)}" for dx, dy in stroke] for stroke in strokes]
    return join(*(f"M{a}C{b} {c} {d}" for a, b, c, d in placed))


def _workshop(x: float, deck: float) -> str:
    """Four sheds of a saw-tooth roof over one wall."""
    foot, eave, ridge = short(deck - 2), short(deck - 62), short(deck - 80)
    roof = join(*(f"L{short(x + 26 * k)} {ridge}V{eave if k < 4 else foot}" for k in range(1, 5)))
    door = f"M{short(x + 70)} {foot}V{short(deck - 34)}h18V{foot}"
    return f"M{short(x)} {foot}V{eave}{roof}{horizontal(deck - 62, x, x + 104)}{door}"


def _panes(x: float, deck: float) -> str:
    """Two windows of four panes."""
    top, middle = short(deck - 50), short(deck - 41)
    return join(
        *(
            f"M{short(x + dx)} {top}h16v18h-16zM{short(x + dx + 8)} {top}v18M{short(x + dx)} {middle}h16"
            for dx in (14, 40)
        )
    )
