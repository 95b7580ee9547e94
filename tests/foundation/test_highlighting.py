"""Programs on a page: what is told apart, and nothing of the program lost."""

import re
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.foundation.highlighting import highlighted


@pytest.mark.parametrize(
    ("source", "written"),
    [
        (
            "for x in y:\n    pass\n",
            '<span class="k">for</span> x <span class="k">in</span> y:\n    <span class="k">pass</span>\n',
        ),
        (
            'a = "<b>"  # & so\n',
            'a = <span class="s">&quot;&lt;b&gt;&quot;</span>  <span class="c"># &amp; so</span>\n',
        ),
        ("print([[1]])\n", "print([[1]])\n"),
        ('s = """é\nü"""\n', 's = <span class="s">&quot;&quot;&quot;é\nü&quot;&quot;&quot;</span>\n'),
        ("print(1 < 2\n", "print(1 &lt; 2\n"),
        ("  x\n y\n", "  x\n y\n"),
        ("", ""),
    ],
)
def test_what_is_told_apart(source: str, written: str) -> None:
    assert highlighted(source) == written


@given(st.text(alphabet="if x\"'#=\n\\\r\tlambda()é<&\x0c\u2028", max_size=40))
def test_the_program_itself_is_kept(source: str) -> None:
    assert unescape(re.sub(r"</?span[^>]*>", "", highlighted(source))) == source
