"""Author's Markdown: what it may say, and a list of payloads that must stay words."""

# ruff: noqa: E501 -- planted text keeps its own lines

import re

import html5lib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.foundation.markdown import clean, render, render_inline

PAYLOADS = [
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<svg onload=alert(1)>", "<svg/onload=alert(1)>",
    "<iframe src=javascript:alert(1)>", "<body onload=alert(1)>", "<a href=javascript:alert(1)>x</a>",
    "[x](javascript:alert(1))", "[x](JaVaScRiPt:alert(1))", "[x](java\nscript:alert(1))", "[x](&#106;avascript:alert(1))",
    "[x](javascript&colon;alert(1))", "[x](data:text/html;base64,PHNjcmlwdD4=)", "[x](vbscript:msgbox(1))",
    "[x](file:///etc/passwd)", "<javascript:alert(1)>", "![x](javascript:alert(1))", "![x](https://evil.example/t.gif)",
    "![x\"onerror=\"alert(1)](x)", "[x](https://a.example \"\\\"onmouseover=alert(1) x=\\\"\")", "[x](\"onclick=alert(1))",
    "[x]: javascript:alert(1)\n\n[x]", "`<script>alert(1)</script>`", "```\n<script>alert(1)</script>\n```",
    "```\"><script>alert(1)</script>\nx\n```", "```python\" onmouseover=\"alert(1)\nx\n```", "    <script>alert(1)</script>",
    "<math><mtext><script>alert(1)</script></mtext></math>", "<math href=javascript:alert(1)>x</math>",
    "<details open ontoggle=alert(1)>", "<video><source onerror=alert(1)>", "<audio src=x onerror=alert(1)>",
    "<input autofocus onfocus=alert(1)>", "<select autofocus onfocus=alert(1)>", "<textarea autofocus onfocus=alert(1)>",
    "<form action=javascript:alert(1)><button>x</button></form>", "<button formaction=javascript:alert(1)>x</button>",
    "<object data=javascript:alert(1)>", "<embed src=javascript:alert(1)>", "<link rel=stylesheet href=//evil.example>",
    "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>", "<base href=//evil.example>", "<style>@import '//evil'</style>",
    "<div style='background:url(javascript:alert(1))'>", "<p style=expression(alert(1))>", "<marquee onstart=alert(1)>",
    "<svg><a xlink:href=javascript:alert(1)><text>x</text></a></svg>", "<svg><use href='data:image/svg+xml,<svg/>'/></svg>",
    "<svg><animate attributeName=href values=javascript:alert(1)>", "<svg><script>alert(1)</script></svg>",
    "<svg><style><img src=x onerror=alert(1)></style></svg>", "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<math><annotation-xml encoding='text/html'><img src=x onerror=alert(1)>", "<template><script>alert(1)</script></template>",
    "<x onclick=alert(1)>x</x>", "<a href=' javascript:alert(1)'>x</a>", "<a href='\x01javascript:alert(1)'>x</a>",
    "<IMG \"\"\"><SCRIPT>alert(1)</SCRIPT>\">", "<<script>alert(1)//<</script>", "<scr<script>ipt>alert(1)</script>",
    "<!--<img src='--><img src=x onerror=alert(1)>'>", "<![CDATA[<script>alert(1)</script>]]>", "<?php <script>alert(1)</script> ?>",
    "| a |\n|---|\n| <img src=x onerror=alert(1)> |", "# <img src=x onerror=alert(1)>", "> <script>alert(1)</script>",
    "- <script>alert(1)</script>", "**<script>alert(1)</script>**", "&lt;script&gt;alert(1)&lt;/script&gt;", "<mglyph><svg><mtext><textarea><path id='</textarea><img onerror=alert(1) src=1>'>",
    "« <script>alert(1)</script> » : \"x' onload='y", "<a title='> \" onmouseover=alert(1) '>", "[a](https://x.example '> \" onmouseover=alert(1) ')",
]  # fmt: skip

ATTRIBUTES = {"href", "title", "rel", "id", "class", "tabindex", "role", "aria-label", "scope", "start"}
DRAWING = {
    "viewBox", "d", "x", "y", "x1", "y1", "x2", "y2", "cx", "cy", "r", "rx", "ry", "dx", "dy", "width", "height", "points",
    "transform", "text-anchor", "dominant-baseline", "aria-labelledby", "font-size", "stroke-width", "stroke-dasharray",
    "data-open", "data-close",
}  # fmt: skip
TAGS = frozenset(
    [
        "p",
        "br",
        "hr",
        "em",
        "strong",
        "code",
        "pre",
        "blockquote",
        "ul",
        "ol",
        "li",
        "a",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "div",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
    ]
)
LESSON_TAGS = TAGS | frozenset(
    [
        "section",
        "details",
        "summary",
        "span",
        "figure",
        "figcaption",
        "svg",
        "g",
        "path",
        "line",
        "polyline",
        "polygon",
        "rect",
        "circle",
        "ellipse",
        "text",
        "tspan",
        "title",
        "desc",
    ]
)


def assert_inert(html: str, tags: frozenset[str], attributes: set[str]) -> None:
    """As a browser's parser sees it: only known elements, known attributes, known schemes."""
    for element in html5lib.parseFragment(html, treebuilder="etree", namespaceHTMLElements=False).iter():
        if not isinstance(element.tag, str) or element.tag == "DOCUMENT_FRAGMENT":
            continue
        assert element.tag.rsplit("}")[-1] in tags, html
        assert set(element.attrib) <= attributes, html
        href = element.attrib.get("href", "")
        assert not re.match(r"[\x00-\x20]*[a-z][a-z0-9+.-]*:", href, re.IGNORECASE) or re.match(
            r"(https?|mailto):", href
        ), html


@pytest.mark.parametrize("payload", PAYLOADS)
def test_payloads_stay_words(payload: str) -> None:
    for language in ("fr", "en"):
        assert_inert(render(payload, language), TAGS, ATTRIBUTES)
        assert_inert(render_inline(payload, language), TAGS, ATTRIBUTES)
        assert_inert(clean(payload), LESSON_TAGS, ATTRIBUTES | DRAWING)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200) | st.lists(st.sampled_from(PAYLOADS), max_size=3).map("".join))
def test_any_text_is_inert(text: str) -> None:
    assert_inert(render(text, "fr", identifiers=set()), TAGS, ATTRIBUTES)
    assert_inert(clean(render(text, "fr")), LESSON_TAGS, ATTRIBUTES | DRAWING)


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("Un *mot* **fort** et `x = 1`.", "<p>Un <em>mot</em> <strong>fort</strong> et <code>x = 1</code>.</p>\n"),
        ("# Un\n\n## Deux", "<h2>Un</h2>\n<h2>Deux</h2>\n"),
        ("1 < 2 & 3", "<p>1 &lt; 2 &amp; 3</p>\n"),
        ("<b>non</b>", "<p>&lt;b&gt;non&lt;/b&gt;</p>\n"),
        ("Que vaut x ?", "<p>Que vaut x\u202f?</p>\n"),
    ],
)
def test_french_text(text: str, html: str) -> None:
    assert str(render(text, "fr")) == html


def test_links_keep_their_address_and_lose_their_referrer() -> None:
    written = render("[la loi](https://eur-lex.europa.eu/eli/reg/2024/1689/oj)", "fr")
    assert '<a href="https://eur-lex.europa.eu/eli/reg/2024/1689/oj" rel="noopener noreferrer">la loi</a>' in written


def test_one_line_has_no_paragraph_and_no_heading() -> None:
    assert str(render_inline("# `x` *après*", "fr")) == "# <code>x</code> <em>après</em>"


def test_a_table_is_named_by_its_columns_and_cannot_leave_the_name() -> None:
    written = render('| a "onclick=x> | <b>c</b> |\n|---|---|\n| 1 | 2 |', "en")
    assert_inert(written, TAGS, ATTRIBUTES)
    assert 'aria-label="Table (a &quot;onclick=x' in written


def test_images_are_never_fetched() -> None:
    assert "<img" not in render("![pixel](https://example.org/pixel.gif)", "fr")


def test_cleaning_twice_changes_nothing() -> None:
    written = clean('<section class="worked"><h3 id="a">A\u00a0: b</h3><p>x > y</p></section>')
    assert clean(written) == written
    assert "&nbsp;" not in written


def test_columns_of_numbers_go_to_the_right_and_words_do_not() -> None:
    html = render(
        "| Mot | Cas | Où | Part |\n|---|---|---|---|\n| client | 3 | 1, 2 | 50 % |\n| devis | 12 | 4 | 33,5 % |", "fr"
    )
    assert re.findall(r'<th(?: class="(r)")? scope="col">', html) == ["", "r", "", "r"]
    assert html.count('<td class="r">') == 4
    numbers = render("| km | min |\n|---|---|\n| 2 | 14 |", "fr")
    assert numbers.count('class="r"') == 4, "the first column too, when all are numbers"
    assert 'class="r"' not in render("| N° | Mot |\n|---|---|\n| 1 | facture |", "fr")
