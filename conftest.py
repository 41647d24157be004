"""Names that the examples in docstrings may use."""

from __future__ import annotations

from typing import Any

import pytest

from queries.store import Store, open_store
from tests.tiny_snapshot import write_tiny_snapshot


@pytest.fixture(scope="session")
def tiny_store(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A store over eight subjects."""
    path = tmp_path_factory.mktemp("tiny") / "tiny.duckdb"
    with open_store(write_tiny_snapshot(path)) as store:
        yield store


@pytest.fixture(autouse=True)
def _names_in_examples(doctest_namespace: dict[str, Any], request: pytest.FixtureRequest) -> None:
    if type(request.node).__name__ == "DoctestItem":
        store: Store = request.getfixturevalue("tiny_store")
        doctest_namespace["store"] = store
