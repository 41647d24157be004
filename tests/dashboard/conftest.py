"""What tests of the dashboard have in common."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import pytest
from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import local_script_runner
from streamlit.testing.v1.local_script_runner import LocalScriptRunner, require_widgets_deltas


@pytest.fixture(scope="session", autouse=True)
def _components_looked_for_once() -> Iterator[None]:
    """Each page under test would look for components in everything that is installed."""
    with pytest.MonkeyPatch.context() as patched:
        once = cache(manifest_scanner.scan_component_manifests)
        patched.setattr(manifest_scanner, "scan_component_manifests", once)
        yield


@pytest.fixture(scope="session", autouse=True)
def _pages_waited_for_asleep() -> Iterator[None]:
    """A test would ask a page a thousand times a second whether it is done, and slow it down."""

    def wait(runner: LocalScriptRunner, timeout: float) -> None:
        if runner._script_thread is not None:
            runner._script_thread.join(timeout)
        require_widgets_deltas(runner, timeout=1)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(local_script_runner, "require_widgets_deltas", wait)
        yield
