"""Compiled code that is cached is that of the files as they are."""

from __future__ import annotations

from pathlib import Path
from zlib import crc32

from analytics.design.simulation import block

FILES = ("courses.py", "ordering.py", "random_numbers.py", "trial.py")


def test_a_change_of_what_the_kernel_calls_is_seen() -> None:
    folder = Path(block.__file__).parent
    found = 0
    for name in FILES:
        found = crc32((folder / name).read_text(encoding="utf-8").encode(), found)
    changed = f"{' or '.join(FILES)} changed: say `CALLED = 0x{found:08X}` in block.py"
    assert found == block.CALLED, changed
