"""The bridge in numbers: pure geometry as path strings and coordinates, printed as SVG by templates/components."""

from collections.abc import Callable
from typing import Any

from app.web.drawings.brand import brand
from app.web.drawings.bridge import bridge
from app.web.drawings.charts import cloud, curves, histogram
from app.web.drawings.elevation import elevation, pencil_bridge
from app.web.drawings.icons import icon
from app.web.drawings.meet import fit, meet
from app.web.drawings.plots import bars
from app.web.drawings.seals import seal
from app.web.drawings.spans import spans

DRAWINGS: dict[str, Callable[..., Any]] = {
    "draw_bars": bars,
    "draw_brand": brand,
    "draw_bridge": bridge,
    "draw_cloud": cloud,
    "draw_curves": curves,
    "draw_elevation": elevation,
    "draw_fit": fit,
    "draw_histogram": histogram,
    "draw_icon": icon,
    "draw_meet": meet,
    "draw_pencil_bridge": pencil_bridge,
    "draw_seal": seal,
    "draw_spans": spans,
}
"""Template globals: the macros of templates/components call these by name."""
