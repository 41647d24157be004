"""Turns of page scripts: a few at once, and nobody waits for ever."""

from __future__ import annotations

import threading
import time

import pytest

from dashboard import turns
from dashboard.turns import turn


def test_a_few_are_drawn_at_once_and_all_in_the_end() -> None:
    inside, most, lock = 0, 0, threading.Lock()

    def draw() -> None:
        nonlocal inside, most
        with turn():
            with lock:
                inside += 1
                most = max(most, inside)
            time.sleep(0.01)
            with lock:
                inside -= 1

    threads = [threading.Thread(target=draw) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert (inside, most) == (0, 2)


def test_who_draws_for_long_does_not_keep_the_others_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "PATIENCE", 0.01)
    with turn(), turn(), turn(), pytest.raises(ValueError, match="broken"), turn():
        raise ValueError("broken")
    with turn(), turn():
        assert not turns._TURNS.acquire(blocking=False), "each was given back once"
