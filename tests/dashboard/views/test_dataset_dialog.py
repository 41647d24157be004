"""The dialog of datasets: chosen, refused in a sentence, or too large for a page."""

from __future__ import annotations

from pathlib import Path

import pytest

from queries.cohorts import OneOf
from tests.dashboard.views.drawn import shown
from tests.dashboard.views.test_cohorts_page import cohorts_page


def test_datasets_of_the_cohort(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = cohorts_page(OneOf(column="SEX", values=("F",)), cohort_take_away=True)
    app.button(key="ask_datasets").click().run()
    assert app.session_state["cohort_take_away"] is False
    said = shown(app)
    assert "ADAE holds" in said
    assert "of the 316 subjects of the cohort" in said
    assert any(button.label == "Download zip" for button in app.get("download_button"))

    app.multiselect(key="export_datasets").set_value([]).run()
    assert "Choose at least one dataset." in shown(app)

    app.multiselect(key="export_datasets").set_value(["adsl"]).run()
    monkeypatch.setattr("dashboard.views.cohorts.datasets.MOST_CELLS", 100)
    app.selectbox(key="export_format").set_value("xpt8").run()
    assert "A page hands out up to 100 values" in shown(app)
    wanted = "equipoise export datasets --study EQX-301 --format xpt8 --datasets ADSL"
    assert any(wanted in block.value for block in app.code)
