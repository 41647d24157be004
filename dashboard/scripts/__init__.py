"""Values that know the Python that makes them again, and the scripts written from them."""

from dashboard.scripts.made import (
    Made,
    answer_of,
    answer_to,
    given,
    made_by,
    result_of,
    taken_for,
)
from dashboard.scripts.writing import write_script

__all__ = [
    "Made",
    "answer_of",
    "answer_to",
    "given",
    "made_by",
    "result_of",
    "taken_for",
    "write_script",
]
