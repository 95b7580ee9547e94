"""Assertions of the modules that tests of content share say what they compared, as those of tests do."""

from __future__ import annotations

import pytest

pytest.register_assert_rewrite("tests.content.lesson_files", "tests.content.town_counter", "tests.content.written_sums")
