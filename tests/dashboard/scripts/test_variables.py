"""The names of the variables in scripts."""

from __future__ import annotations

from dashboard.analyses.safety.listings import ListedDeaths
from dashboard.scripts import answer_of, write_script


def test_the_variable_of_an_answer_has_the_name_that_was_asked_for() -> None:
    listing = answer_of(ListedDeaths(), None, name="listing")
    script = write_script({"table": listing}, snapshot="9f86", pooled=False)
    assert "listing_analysis = ListedDeaths()" in script
    assert "    listing = listing_analysis.run(store)" in script
