"""The drawings: what is proven is inked, what is to come is not, and nothing leaves its box."""

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.web.drawings import DRAWINGS
from app.web.drawings.bridge import bridge
from app.web.drawings.charts import cloud, curves, histogram
from app.web.drawings.elevation import elevation, pencil_bridge
from app.web.drawings.icons import DOTS, ICONS, icon
from app.web.drawings.meet import fit, meet
from app.web.drawings.paths import Arch, Cubic, circle, short
from app.web.drawings.plots import bars
from app.web.drawings.seals import SEALS, seal
from app.web.drawings.spans import spans

PATH = re.compile(r"(?:[MmLlHhVvCcSsAaZz]|-?\d*\.?\d+|[ ,])*")
SHARES = st.integers(min_value=0, max_value=4000).map(lambda thousandths: thousandths / 1000)
TIERS = st.integers(min_value=0, max_value=4)


def feet(path: str) -> int:
    """How many separate strokes a path holds."""
    return path.count("M")


def absolute_xs(path: str) -> list[float]:
    """The x of every move, line and curve point of a path in absolute M, C, H and V."""
    xs: list[float] = []
    for command, numbers in re.findall(r"([MCHV])([^MCHV]*)", path):
        values = [float(n) for n in re.findall(r"-?\d*\.?\d+", numbers)]
        xs += values if command == "H" else [] if command == "V" else values[::2]
    return xs


def test_numbers_are_short() -> None:
    assert [short(v) for v in (12.0, 0.04, -0.04, -3.25, 1.96)] == ["12", "0", "0", "-3.2", "2"]


@given(st.floats(min_value=0, max_value=1))
def test_a_curve_cut_in_two_keeps_its_ends_and_meets_itself(t: float) -> None:
    curve = Cubic((0, 58), (16, 34), (51, 22), (80, 22))
    before, after = curve.cut(t)
    assert before.start == curve.start
    assert after.end == curve.end
    assert before.end == pytest.approx(curve.at(t))
    assert after.start == pytest.approx(curve.at(t))


@given(st.floats(min_value=0, max_value=80))
def test_parameter_finds_the_point_above_x(x: float) -> None:
    curve = Cubic((0, 58), (16, 34), (51, 22), (80, 22))
    assert curve.at(curve.parameter(x))[0] == pytest.approx(x, abs=1e-6)


def test_an_arch_is_symmetric_and_whole_or_absent_at_its_ends() -> None:
    arch = Arch.between((0, 58), (160, 58), 22, knee=0.1, haunch=34, shoulder=0.32)
    assert arch.height(40) == pytest.approx(arch.height(120))
    assert arch.height(80) == pytest.approx(22)
    assert arch.until(0) == ""
    assert arch.until(160) == arch.path() == arch.beyond(0)
    assert arch.beyond(160) == ""


@given(SHARES)
def test_ink_stops_under_the_walker(done: float) -> None:
    drawing = bridge(done)
    edge = done * 160
    inked = drawing.deck + drawing.arches + drawing.struts + drawing.piers
    assert all(x <= edge + 0.06 for x in absolute_xs(inked))
    ahead = drawing.deck_to_come + drawing.arches_to_come + drawing.piers_to_come
    assert all(x >= edge - 0.06 for x in absolute_xs(ahead))
    assert feet(drawing.piers) + feet(drawing.piers_to_come) == 5
    assert 5 <= drawing.walker_x <= 635


def test_bridge_at_both_ends_and_out_of_range() -> None:
    assert bridge(0).deck == bridge(0).arches == bridge(0).struts == ""
    assert bridge(4).deck_to_come == bridge(4).arches_to_come == bridge(4).piers_to_come == ""
    assert bridge(-1) == bridge(0)
    assert bridge(9) == bridge(4)
    assert [bridge(v).current for v in (0, 1.31, 3.99, 4)] == [0, 1, 3, 4]


@pytest.mark.parametrize("tier", range(5))
def test_spans_ink_as_many_arches_as_the_tier(tier: int) -> None:
    drawing = spans(tier)
    assert drawing.ink.count("C") == tier
    assert drawing.pencil.count("C") == 4 - tier


@given(TIERS, TIERS)
def test_meet_asks_arches_and_lays_deck(asked: int, proven: int) -> None:
    drawing = meet(asked, proven)
    assert drawing.arches.count("C") == asked
    assert feet(drawing.posts) == (asked + 1 if asked else 0)
    assert bool(drawing.missing) == (proven < asked)
    assert bool(drawing.laid) == (proven > 0)
    assert bool(drawing.to_come) == (max(asked, proven) < 4)


@given(st.lists(st.booleans(), max_size=8), st.lists(st.booleans(), max_size=8))
def test_fit_draws_one_bar_a_requirement_in_its_width(required: list[bool], wished: list[bool]) -> None:
    drawing = fit(required, wished)
    assert feet(drawing.laid) == sum(required) + sum(wished)
    assert feet(drawing.missing) == required.count(False)
    assert feet(drawing.to_come) == wished.count(False)
    assert all(x < drawing.width for x in absolute_xs(drawing.laid + drawing.missing + drawing.to_come))


@given(SHARES)
def test_elevation_builds_lamps_and_piers_only_where_the_deck_is(done: float) -> None:
    drawing = elevation(done)
    assert feet(drawing.piers) + feet(drawing.piers_to_come) == 3
    assert feet(drawing.piers) == min(3, int(done))
    assert feet(drawing.lamps) == 2 * (int(done) + 1)
    assert all(x <= 120 + 240 * done + 0.06 for x in absolute_xs(drawing.arches + drawing.hangers + drawing.deck))


def test_elevation_finished_and_not_begun() -> None:
    assert elevation(4).to_come == elevation(4).piers_to_come == ""
    assert elevation(0).deck == elevation(0).arches == elevation(0).piers == ""


@given(st.lists(st.floats(min_value=0, max_value=100), max_size=12), st.floats(min_value=0, max_value=100))
def test_bars_stay_in_the_plot_and_say_who_reached_the_cut(scores: list[float], cut: float) -> None:
    drawing = bars(scores, cut)
    assert [bar.reached for bar in drawing.rows] == [score >= cut for score in scores]
    assert all(2 <= bar.bar_x + bar.bar_width <= 420 for bar in drawing.rows)
    assert all(bar.bar_y + bar.bar_height < drawing.height for bar in drawing.rows)
    assert 2 <= drawing.cut_x <= 420


def test_bars_of_a_known_result() -> None:
    drawing = bars([92, 58], 70)
    assert (drawing.rows[0].bar_width, drawing.rows[1].bar_width, drawing.cut_x) == (384.6, 242.4, 294.6)
    assert bars([120, -3], 101).rows[0].bar_width == bars([100], 100).rows[0].bar_width


def test_each_seal_has_its_own_shape() -> None:
    assert len(SEALS) == len({seal(state).strokes for state in SEALS}) == 14
    assert {seal(state).tone for state in SEALS} == {"", "care", "stop", "none"}


def test_only_what_holds_is_drawn_in_the_tone_of_proof() -> None:
    assert [state for state in SEALS if seal(state).tone == ""] == ["valid"]


def test_nobody_drew_that() -> None:
    with pytest.raises(KeyError):
        icon("unicorn")
    with pytest.raises(KeyError):
        seal("perhaps")


def test_every_path_is_a_path() -> None:
    paths = [*ICONS.values(), *(dot.path + dot.filled for dot in DOTS.values()), circle(1, 2, 3), *pencil_bridge()]
    paths += [stroke.path for drawing in SEALS.values() for stroke in drawing.strokes]
    for drawing in (bridge(1.31), elevation(1.55), meet(3, 1), spans(2), fit([True], [False])):
        paths += [value for value in vars(drawing).values() if isinstance(value, str)]
    assert all(PATH.fullmatch(path) for path in paths)


def test_templates_get_every_drawing_by_name() -> None:
    assert all(name.startswith("draw_") for name in DRAWINGS)


@given(st.lists(st.integers(0, 5000), min_size=10, max_size=10), st.floats(-5, 105))
def test_a_histogram_stays_in_its_box_and_its_columns_keep_their_proportions(counts: list[int], cut: float) -> None:
    drawing = histogram(counts, cut)
    assert all(30 <= column.y <= 280.1 and column.height >= 0 for column in drawing.columns)
    assert [column.passing for column in drawing.columns] == [10 * place >= cut - 1e-9 for place in range(10)]
    assert 60 <= drawing.cut_x <= 580
    assert len(drawing.ys) <= 6
    tallest = max(counts)
    if tallest:
        whole = max(column.height for column in drawing.columns)
        for count, column in zip(counts, drawing.columns, strict=True):
            assert column.height == pytest.approx(whole * count / tallest, abs=0.11)


@given(st.lists(st.lists(st.floats(0, 1), min_size=5, max_size=5), min_size=1, max_size=8))
def test_curves_stay_in_their_box_and_their_labels_apart(series: list[list[float]]) -> None:
    drawing = curves([(place == 0, place == 2, shares) for place, shares in enumerate(series)])
    assert [line.kind for line in drawing.lines][:3] == ["l1", "l4", "l3"][: len(series)]
    for line in drawing.lines:
        numbers = [float(number) for number in re.findall(r"[0-9.]+", line.path)]
        assert all(60 <= x <= 500 for x in numbers[::2])
        assert all(30 <= y <= 280 for y in numbers[1::2])
    heights = sorted(line.label_y for line in drawing.lines)
    assert all(high - low >= 16 for low, high in pairwise(heights))
    assert min(heights) > 0 if len(series) < 8 else True
    assert max(heights) < 330


@given(
    st.lists(st.tuples(st.floats(-0.2, 1.2), st.floats(-100, 100), st.sampled_from(["", "care", "stop"])), max_size=9)
)
def test_questions_far_out_stay_in_the_cloud(questions: list[tuple[float, float, str]]) -> None:
    drawing = cloud(questions)
    assert [point.tone for point in drawing.points] == [tone for _facility, _value, tone in questions]
    for point in drawing.points:
        x, y = map(float, re.findall(r"-?[0-9.]+", point.path)[:2])
        assert 50 <= x <= 590
        assert 20 <= y <= 340
    assert [mark.value for mark in drawing.ys] == [-40, -20, 0, 20, 40, 60, 80]
