"""Values written out as Python are made again by it, and stand on lines that can be read."""

from __future__ import annotations

import pytest

from analytics.design import HazardAssumption
from dashboard.analyses.designs import usual_binary, usual_proposal
from dashboard.scripts.expressions import Expressions, import_lines


@pytest.mark.parametrize(
    "value",
    [
        usual_proposal(),
        usual_binary(),
        (HazardAssumption.exponential(median=12.3456789),),
        (HazardAssumption.exponential(median=12.3456789),) * 2,
        ("a word that goes on and on, until the line is longer than any line may be in a script",),
        (),
    ],
)
def test_a_value_is_made_again(value: object) -> None:
    words = Expressions()
    written = words.of(value)
    made: dict[str, object] = {}
    exec("\n".join([*import_lines(words.needed), f"value = {written}"]), made)
    assert made["value"] == value
    assert "(Subgroup(" not in written
