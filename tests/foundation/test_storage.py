"""Files by content: what is stored comes back, nothing else is reached."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.foundation.errors import NotFoundError
from app.foundation.storage import FolderStorage, open_storage


def test_what_is_put_is_got(tmp_path: Path) -> None:
    storage = open_storage(f"file://{tmp_path}")
    address = storage.put(b"a certificate")
    assert storage.get(address) == b"a certificate"
    assert storage.put(b"a certificate") == address
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == [address]


def test_a_draft_left_by_a_crash_is_not_a_file(tmp_path: Path) -> None:
    storage = FolderStorage(tmp_path)
    address = storage.put(b"kept")
    stored = storage._path(address)
    stored.rename(stored.with_name(f"{address}.1.part"))
    with pytest.raises(NotFoundError):
        storage.get(address)


@pytest.mark.parametrize(
    "address", ["", "0" * 64, "../" * 20 + "etc/passwd", "0" * 63 + "/", "0" * 63 + "G", "A" * 64, "\0" * 64, "0" * 65]
)
def test_nothing_else_is_reached(tmp_path: Path, address: str) -> None:
    with pytest.raises(NotFoundError):
        FolderStorage(tmp_path / "files").get(address)


@given(st.text(max_size=80))
def test_no_text_leads_out_of_the_folder(address: str) -> None:
    with pytest.raises(NotFoundError):
        FolderStorage(Path("/nonexistent")).get(address)


def test_other_schemes_are_refused() -> None:
    with pytest.raises(ValueError, match="file://"):
        open_storage("s3://bucket")
