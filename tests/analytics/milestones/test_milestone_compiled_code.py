"""Compiled code that is cached is that of the files as they are."""

from __future__ import annotations

from pathlib import Path
from zlib import crc32

from analytics.design.simulation import random_numbers
from analytics.milestones import kernel


def test_a_change_of_what_the_kernel_calls_is_seen() -> None:
    found = crc32(Path(random_numbers.__file__).read_text(encoding="utf-8").encode())
    changed = f"random_numbers.py changed: say `CALLED = 0x{found:08X}` in kernel.py"
    assert found == kernel.CALLED, changed
