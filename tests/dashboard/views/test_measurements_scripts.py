"""What the Labs and vitals page shows is made again by its scripts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dashboard.unattended import draw_page
from queries.workspace import open_workspace
from tests.dashboard.views.made_again import assert_made_again, what_differs


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(
    ("tab", "inputs"),
    [
        ("Liver", {"liver_at_cut": 2.5}),
        ("Shifts", {"measurements_kind": "grade"}),
        ("Values", {"measurements_lines": True, "measurements_quantity": "change"}),
        ("Vitals and QT", {}),
    ],
)
def test_every_result_of_the_page_is_made_again(tab: str, inputs: dict[str, Any]) -> None:
    assert_made_again("measurements", inputs={"measurements_tab": tab, **inputs})


def test_the_course_of_a_subject_is_made_again_while_blinded(home: Path) -> None:
    liver = {"measurements_tab": "Liver"}
    drawn = draw_page("measurements", study="EQX-301", inputs=liver)
    candidates = next(card for card in drawn.cards if "candidates" in card.name)
    assert candidates.data is not None
    subject = candidates.data.query("status != ''")["subject"].iloc[0]
    with open_workspace(home) as workspace:
        workspace.blind("EQX-301", person="anna", reason="A test")
    drawn = draw_page("measurements", study="EQX-301", inputs={**liver, "liver_subject": subject})
    assert any(str(subject) in card.name for card in drawn.cards)
    for card in drawn.cards:
        assert "Lumarestat" not in str(card.script)
        assert not what_differs(card)
