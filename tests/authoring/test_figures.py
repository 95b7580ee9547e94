"""Figures: drawing elements pass in canonical form, everything else is refused with its line."""

# ruff: noqa: E501 -- planted text keeps its own lines

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.authoring.figures import Figure, read_figure
from app.authoring.report import Finding, Report
from app.foundation.markdown import clean


def read(text: str | bytes, path: str = "media/a-b.fr.svg") -> tuple[Figure | None, list[Finding]]:
    report = Report()
    data = text.encode() if isinstance(text, str) else text
    return read_figure(data, path, report), report.findings()


def drawn(inside: str) -> str:
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10">\n{inside}\n</svg>'


def test_canonical_form() -> None:
    text = drawn(
        '<!-- note --><g transform="rotate(3)"><path   d="M0 0\n L1 1" class="ink"/></g><text id="t" y="2" x="1">é &lt; <tspan>z</tspan></text>'
    )
    figure, findings = read(text)
    assert findings == []
    assert figure is not None
    assert figure.content == (
        '<g transform="rotate(3)"><path class="ink" d="M0 0 L1 1"></path></g>'
        '<text id="a-b-t" x="1" y="2">é &lt; <tspan>z</tspan></text>'
    )
    again, _findings = read(figure.svg("x").replace("a-b-t", "t"))
    assert again is not None
    assert again.content == figure.content


def test_ids_and_their_references_stay_unique_on_a_page() -> None:
    figure, findings = read(drawn('<title id="t">T</title><desc id="d">D</desc><g aria-labelledby="t d"/>'))
    assert findings == []
    assert figure is not None
    assert figure.content == '<title id="a-b-t">T</title><desc id="a-b-d">D</desc><g aria-labelledby="a-b-t a-b-d"></g>'


def test_the_alternative_cannot_leave_its_attribute() -> None:
    figure, _findings = read(drawn('<path d="M0 0"/>'))
    assert figure is not None
    assert figure.svg('"><script>x</script>').count("<") == 4
    assert "<script" not in str(clean(figure.svg('"><script>x</script>')))


def test_the_sanitiser_keeps_every_figure_as_it_is() -> None:
    figure, _findings = read(
        drawn('<text x="1" dominant-baseline="middle" font-size="12">a <tspan dy="1">b</tspan></text>')
    )
    assert figure is not None
    assert str(clean(figure.svg("alt"))) == figure.svg("alt")


@pytest.mark.parametrize(
    "inside",
    [
        "<script>alert(1)</script>", "<style>*{}</style>", "<image href='x'/>", "<use href='#a'/>", "<a href='x'>y</a>",
        "<foreignObject><p/></foreignObject>", "<animate/>", "<set attributeName='onload'/>", "<filter/>", "<iframe/>",
        "<path onload='x' d=''/>", "<path style='fill:red' d=''/>", "<path fill='red'/>", "<path fill='url(#a)'/>",
        "<g xlink:href='#a' xmlns:xlink='http://www.w3.org/1999/xlink'/>", "<g xml:base='x'/>", "<path d='url(x)'/>",
        "<path class='a;b'/>", "<path d='M0 0\"'/>", "<p xmlns='http://www.w3.org/1999/xhtml'>x</p>", "<g>words</g>",
        "<svg viewBox='0 0 1 1'/>", "<g id='a b#c'/>", "<?xml-stylesheet href='x'?>", "<math><mtext/></math>",
        "<text onfocus='x' tabindex='0'>y</text>", "<g data-x='1'/>",
    ],
)  # fmt: skip
def test_what_does_not_draw_is_refused_with_its_line(inside: str) -> None:
    figure, findings = read(drawn(inside))
    assert figure is None
    assert {finding.code for finding in findings} == {"E174"}
    assert findings[0].line == 2


BOMB = '<!DOCTYPE svg [<!ENTITY a "x"><!ENTITY b "&a;&a;&a;&a;">]>' + drawn("<text>&b;</text>")


@pytest.mark.parametrize(
    "text",
    [
        BOMB,
        '<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + drawn("<text>&x;</text>"),
        '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">' + drawn(""),
        BOMB.encode("utf-16"),
        "<?xml-stylesheet href='x'?>" + drawn(""),
        "", "<svg", "not xml", b"\x00\x01", "<html><body/></html>", '<svg viewBox="0 0 1"/>', "<svg/>",
        '<svg onload="x" viewBox="0 0 1 1"/>', "<svg>" * 5000, drawn("<g>" * 300 + "</g>" * 300),
    ],
)  # fmt: skip
def test_hostile_files_are_refused(text: str | bytes) -> None:
    figure, findings = read(text)
    assert figure is None
    assert {finding.code for finding in findings} == {"E174"}


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=120) | st.binary(max_size=120))
def test_any_content_is_drawn_or_refused(content: str | bytes) -> None:
    text = content if isinstance(content, bytes) else drawn(content).encode("utf-8", "replace")
    figure, findings = read(text)
    assert (figure is None) == bool(findings)
