"""Whether a script has the form that ours have: then running it can do no more than they do.

A bundle may come from anybody. Its scripts are run only if they import nothing but what our
results are made of, and do nothing but call it.
"""

from __future__ import annotations

import ast
import importlib
import re
from types import FunctionType

from queries.errors import DataError

_OWN = (
    "analytics",
    "queries.cohorts",
    "queries.events",
    "queries.panels",
    "queries.site_plan",
    "queries.subjects",
    "queries.workspace.plans",
    "dashboard.analyses",
    "dashboard.charts",
    "dashboard.text",
)
_OTHER = {
    ("dashboard.home", "open_snapshot"),
    ("datetime", "date"),
    ("pandas", "Timestamp"),
    ("pandas", "concat"),
}
# Methods of tables, figures and stores that reach further than the value that they are of.
_REACHING = re.compile(
    r"(read|write|save|show|open|dump|load)(_.*)?|to_(?!frame$|dict$|list$|period$).*"
    r"|eval|query|execute|pipe|apply|agg|aggregate|transform|plot|hist|boxplot|style|format"
)
_BUILT_IN = {"float", "frozenset", "set", "print", "tuple", "list", "dict"}
_ALLOWED = (
    ast.Module,
    ast.ImportFrom,
    ast.alias,
    ast.Assign,
    ast.Expr,
    ast.With,
    ast.withitem,
    ast.Call,
    ast.keyword,
    ast.Name,
    ast.Attribute,
    ast.Subscript,
    ast.Constant,
    ast.Tuple,
    ast.List,
    ast.Dict,
    ast.Set,
    ast.UnaryOp,
    ast.USub,
    ast.Load,
    ast.Store,
)


def require_our_form(script: str) -> None:
    """Refuse a script that could do anything else than make results.

    Raises
    ------
    DataError
        With the line that is not of the form.

    Examples
    --------
    >>> require_our_form("from dashboard.text import number\\ntable = number(1.0)\\n")
    >>> require_our_form("import os")  # doctest: +IGNORE_EXCEPTION_DETAIL
    Traceback (most recent call last):
    queries.errors.DataError: row 1: a script makes results and does nothing else
    """
    try:
        tree = ast.parse(script)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise DataError("a script is Python") from None
    imported = set(_BUILT_IN)
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            imported |= {one.asname or one.name for one in node.names if _may_import(node, one)}
        elif isinstance(node, ast.Assign):
            imported |= {one.id for one in node.targets if isinstance(one, ast.Name)}
        elif isinstance(node, ast.withitem) and isinstance(node.optional_vars, ast.Name):
            imported.add(node.optional_vars.id)
    for node in ast.walk(tree):
        if not _is_ours(node, imported):
            got = (
                ast.unparse(node) if isinstance(node, ast.expr | ast.stmt) else type(node).__name__
            )
            raise DataError(
                "a script makes results and does nothing else",
                got=got,
                row=getattr(node, "lineno", None),
            )


def _is_ours(node: ast.AST, known: set[str]) -> bool:
    if not isinstance(node, _ALLOWED):
        return False
    if isinstance(node, ast.ImportFrom):
        return all(_may_import(node, one) for one in node.names)
    if isinstance(node, ast.Name):
        return node.id in known and not node.id.startswith("_")
    if isinstance(node, ast.Attribute):
        return not node.attr.startswith("_") and not _REACHING.fullmatch(node.attr)
    if isinstance(node, ast.Assign):
        return all(isinstance(one, ast.Name) for one in node.targets)
    return True


def _may_import(node: ast.ImportFrom, one: ast.alias) -> bool:
    module = node.module or ""
    own = any(module == room or module.startswith(f"{room}.") for room in _OWN)
    inner = "._" in f".{module}" or one.name.startswith("_") or one.name == "*" or node.level
    known = (module, one.name) in _OTHER
    return not inner and (known or (own and _is_defined_by_us(module, one.name)))


def _is_defined_by_us(module: str, name: str) -> bool:
    """Whether a name is a class or function of ours: not what its module itself has imported."""
    try:
        thing = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError):
        return False
    ours = tuple(f"{room.partition('.')[0]}." for room in _OWN)
    return isinstance(thing, type | FunctionType) and f"{thing.__module__}.".startswith(ours)
