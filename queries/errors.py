"""How the data rooms say no: the rule, then what was received, and where."""

from __future__ import annotations


class DataError(ValueError):
    """Input that breaks a stated rule of the data rooms.

    Parameters
    ----------
    rule : str
        The rule, as a sentence a trial manager understands.
    got : object, optional
        What was received instead; shortened to 80 characters.
    file, column, row : optional
        Where it was found; rows are counted from 1.

    Examples
    --------
    >>> print(DataError("USUBJID is unique in ADSL", got="01-701", file="adsl.xpt", row=7))
    adsl.xpt, row 7: USUBJID is unique in ADSL, but got '01-701'.
    """

    def __init__(
        self,
        rule: str,
        *,
        got: object = None,
        file: str | None = None,
        column: str | None = None,
        row: int | None = None,
    ) -> None:
        self.rule, self.got, self.file, self.column, self.row = rule, got, file, column, row
        place = ", ".join(
            part
            for part in (
                file,
                f"column {column}" if column else None,
                f"row {row}" if row is not None else None,
            )
            if part
        )
        shown = repr(got) if got is not None else ""
        if len(shown) > 80:
            shown = shown[:77] + "..."
        sentence = rule + (f", but got {shown}." if shown else ".")
        super().__init__(f"{place}: {sentence}" if place else sentence)
