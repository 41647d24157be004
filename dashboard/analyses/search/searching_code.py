"""The Python that searches again and shows the design that was chosen."""

from __future__ import annotations

from dashboard.analyses.search.asked import DesignSearch
from dashboard.analyses.search.shown import search_whole
from dashboard.scripts.expressions import Expressions, import_lines


def searching_code(asked: DesignSearch, *, chosen: int) -> str:
    """A script on the public API that makes the front and the chosen design again.

    Parameters
    ----------
    asked : DesignSearch
        The whole search.
    chosen : int
        Number of a design on the front.

    Examples
    --------
    >>> from analytics.search import Objective, SearchProblem, SearchSpace
    >>> from analytics.search.textbook import example_design
    >>> asked = DesignSearch(
    ...     problem=SearchProblem(
    ...         space=SearchSpace(design=example_design(), events=(200, 400)),
    ...         objectives=(Objective(measure="power"), Objective(measure="expected_events"))),
    ...     budget=5, policy="random", seed=1)
    >>> made = {}
    >>> exec(searching_code(asked, chosen=0).replace("print", "str"), made)
    >>> made["own"].power < made["better"].power or len(made["front"].numbers) > 0
    True
    """
    words = Expressions()
    written, whole = words.of(asked), words.name(search_whole)
    lines = [
        f"search = {written}",
        f"found = {whole}(search)",
        "front = found.front()",
        "print(front.table)",
        f"chosen = front.design({chosen})",
        "own, better = search.problem.space.design.evaluate(), chosen.evaluate()",
        "print(own.to_frame())",
        "print(better.to_frame())",
        "print(search.problem.compare({'Own design': search.problem.space.design}))",
        f"print(front.table[front.table['number'] == {chosen}])",
    ]
    return "\n".join([*import_lines(words.needed), "", *lines]) + "\n"
