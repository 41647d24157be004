"""Whose safety is looked at: the subjects, and the arms they were really treated in."""

from __future__ import annotations

from dataclasses import dataclass, field

from queries.cohorts import EVERYONE, AllOf, Cohort, OneOf, Rule, late_parts
from queries.errors import DataError
from queries.store import ArmRole, Store


@dataclass(frozen=True, slots=True, kw_only=True)
class SafetySubjects:
    """Subjects of a cohort who belong to an analysis set, by arm.

    Parameters
    ----------
    cohort : Cohort
    analysis_set : str, optional
        A flag of ADSL whose "Y" subjects are counted, "SAFFL" by the book; None is everyone.
    arm : {"actual", "planned"}
        Safety follows what was given.
    arms : tuple of str
        Reference first; empty is the study's own order.

    Examples
    --------
    >>> SafetySubjects(analysis_set="SAFFL").chosen().sentence()
    'SAFFL is Y'
    """

    cohort: Cohort = field(default=EVERYONE)
    analysis_set: str | None = None
    arm: ArmRole = "actual"
    arms: tuple[str, ...] = ()

    def chosen(self, *more: Rule) -> Cohort:
        """The subjects as a cohort; with further rules, those of them who meet these too."""
        flag = self.analysis_set
        in_set = OneOf(column=flag, values=("Y",)) if flag else None
        parts = [part for part in (self.cohort.rule, in_set, *more) if part is not None]
        return Cohort(parts[0] if len(parts) == 1 else AllOf(tuple(parts)) if parts else None)

    def in_arm(self, store: Store, arm: str) -> tuple[Rule, ...]:
        """What makes a subject one of the arm; nothing where arms are not told apart."""
        if store.pooled:
            return ()
        if arm not in store.arms(self.arm):
            raise DataError("an arm is one of the study's", got=arm)
        return (OneOf(column=store.source_of(f"{self.arm}_arm"), values=(arm,)),)

    def arms_of(self, store: Store) -> tuple[str, ...]:
        """The arms, reference first; pooled: one for all subjects."""
        known = store.arms(self.arm)
        if store.pooled:
            return known
        if unknown := set(self.arms) - set(known):
            raise DataError("an arm is one of the study's", got=sorted(unknown)[0])
        return self.arms or known


def comparison_refusal(store: Store, subjects: SafetySubjects) -> str | None:
    """Why arms of this cohort must not be compared; None when they may be.

    Events count from first dose. A cohort that uses what happened after it chose its subjects
    by their future: its arms are described and not compared.
    """
    if not late_parts(subjects.cohort.rule, store.schema):
        return None
    return (
        "The cohort uses what happened after baseline. A comparison from first dose would count "
        "time in which its subjects could not have been left out (immortal time), so its arms "
        "are described and not compared."
    )
