"""Demo studies: two invented trials made by seeded generators, and a real one laid out as ADaM.

`VERSION` changes whenever the files of a study would; a demo built by another version is
out of date. `STUDIES` names what writes each study into a folder.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from sample_data.eqx201 import write_eqx201
from sample_data.eqx301 import write_eqx301
from sample_data.gbsg2 import write_gbsg2

VERSION = "2"

STUDIES: Mapping[str, Callable[[Path], tuple[Path, ...]]] = MappingProxyType(
    {"EQX-301": write_eqx301, "EQX-201": write_eqx201, "GBSG2": write_gbsg2}
)

__all__ = ["STUDIES", "VERSION", "write_eqx201", "write_eqx301", "write_gbsg2"]
