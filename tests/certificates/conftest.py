"""The independent verifiers of tests/independent, started once for all the tests that ask them."""

from collections.abc import Iterator

import pytest

from tests.certificates.independent import Verifiers, need_node


@pytest.fixture(scope="session")
def verifiers() -> Iterator[Verifiers]:
    """A Node process that answers cases; a test is skipped without it, or fails where CI=true."""
    with Verifiers(need_node()) as started:
        yield started
