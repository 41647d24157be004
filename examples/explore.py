# %% [markdown]
# # Explore: from files to a cohort
#
# Run it from the top (`python examples/explore.py`), or cell by cell in an editor that knows
# `# %%` cells. It makes the invented study EQX-301, imports it, and asks it questions.

# %%
from pathlib import Path
from tempfile import mkdtemp

from dashboard.analyses.baseline import BaselineSummary
from queries.cohorts import AnyRecord, Between, Cohort, OneOf, difference, intersection
from queries.importers import import_files
from queries.store import open_store
from sample_data import write_eqx301

folder = Path(mkdtemp())
files = write_eqx301(folder / "adam")
report = import_files(files, folder / "eqx-301.duckdb")
print(report.subjects, "subjects, data cut", report.data_cut)

# %% [markdown]
# ## What the import found
# Findings are what real trials always contain: imported, and listed.

# %%
for finding in report.findings[:3]:
    print("-", finding.sentence)

# %% [markdown]
# ## A cohort is a rule
# It is a value with a sentence, JSON, and a predicate. Criteria on records have a window.

# %%
elderly = Cohort(Between(column="AGE", low=65), name="65 or older")
severe = Cohort(
    AnyRecord(dataset="adae", where=OneOf(column="AETOXGR", values=("3", "4", "5"))),
    name="Grade 3 or higher",
)
elderly_without = difference(elderly, severe, name="65 or older without grade 3")
print(elderly_without.sentence())
print(Cohort.from_json(elderly_without.to_json()) == elderly_without)

# %% [markdown]
# ## Questions about it
# Every file in `queries/sql` is a question; a pooled store shows no arms.

# %%
with open_store(folder / "eqx-301.duckdb") as store:
    print(store.ask("subjects_by_arm", cohort=elderly_without))
    print(store.ask("disposition", cohort=intersection(elderly, severe)).head())
    baseline = BaselineSummary(cohort=elderly, arms=store.arms()).run(store)
print(baseline)

# %%
with open_store(folder / "eqx-301.duckdb", pooled=True) as store:
    print(store.ask("subjects_by_arm", cohort=elderly))
