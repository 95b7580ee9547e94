"""Files that are handed in: whatever their name and bytes, they are kept as what they say or refused in words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.assessment.uploads import KINDS, LONGEST_NAME, MEGABYTE, check_upload, kind_of
from app.foundation.errors import RuleError
from app.foundation.hidden_signs import carries_hidden_signs

STARTS = sorted(
    {kind.start for kind in KINDS.values() if kind.start} | {b"", b"<svg", b"\xef\xbb\xbf", b"a;b\n", b"\0"}
)
names = st.one_of(
    st.text(max_size=200),
    st.builds(
        lambda stem, end: f"{stem}.{end}", st.text(max_size=130), st.sampled_from([*KINDS, "html", "PDF", "svg"])
    ),
)
contents = st.builds(lambda start, rest: start + rest, st.sampled_from(STARTS), st.binary(max_size=60))


@given(names, contents)
def test_a_file_is_what_it_says_or_is_refused_with_a_sentence(name: str, content: bytes) -> None:
    try:
        kept = check_upload(name, content, accept=(), most_bytes=50)
    except RuleError as error:
        assert str(error).endswith(".")
        return
    assert kept.content == content
    assert 0 < len(content) <= 50
    assert 0 < len(kept.name) <= LONGEST_NAME
    assert not set("/\\") & set(kept.name)
    assert not carries_hidden_signs(kept.name)
    assert kind_of(kept.name) == kept.kind
    start = KINDS[kept.kind].start
    if start is None:
        assert "\0" not in content.decode("utf-8")
        assert (
            not content.lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith((b"<html", b"<svg", b"<!doctype", b"<?xml"))
        )
    else:
        assert content.startswith(start)


@pytest.mark.parametrize(
    ("name", "kind"),
    [("a.PDF", "pdf"), ("a.tar.gz", "gz"), ("a", ""), (".pdf", ""), ("a.", ""), ("é.Md", "md"), ("", "")],
)
def test_the_kind_is_the_end_of_the_name(name: str, kind: str) -> None:
    assert kind_of(name) == kind


def test_the_limits_are_exact() -> None:
    kept = check_upload("n" * 116 + ".txt", b"a" * MEGABYTE, accept=("txt",), most_bytes=MEGABYTE)
    assert len(kept.name) == LONGEST_NAME
    for name, content in (("n" * 117 + ".txt", b"a"), ("a.txt", b"a" * (MEGABYTE + 1)), ("a.md", b"a")):
        with pytest.raises(RuleError):
            check_upload(name, content, accept=("txt",), most_bytes=MEGABYTE)


def test_nothing_a_browser_runs_is_among_the_kinds() -> None:
    media = {kind.media_type for kind in KINDS.values()}
    assert not [one for one in media if "html" in one or "svg" in one or one.endswith("/xml") or "script" in one]
