# %% [markdown]
# # Analyse: survival and harm
#
# The German breast-cancer trial GBSG2 comes with lifelines; its answers are known from R.

# %%
from pathlib import Path
from tempfile import mkdtemp

from analytics.safety.incidence import fisher_test, score_difference
from analytics.survival import SurvivalCounts, fit_kaplan_meier, test_logrank
from dashboard.analyses.survival import SurvivalAnalysis
from dashboard.charts.survival.kaplan_meier import SurvivalOptions, draw_kaplan_meier
from dashboard.charts.theme import arm_styles
from dashboard.exports.figures import render
from queries.cohorts import Between, Cohort
from queries.importers import import_files
from queries.store import open_store
from sample_data import write_gbsg2

folder = Path(mkdtemp())
import_files(write_gbsg2(folder / "gbsg2"), folder / "gbsg2.duckdb")

# %% [markdown]
# ## An analysis is a value, a store answers it

# %%
analysis = SurvivalAnalysis(
    endpoint="RFS",
    cohort=Cohort(Between(column="AGE", high=59)),
    unit="months",
    landmarks=(24, 60),
)
with open_store(folder / "gbsg2.duckdb") as store:
    answer = analysis.run(store)
print(answer.endpoint_table())
print(answer.comparison_table())

# %% [markdown]
# ## The same estimators without a store

# %%
counts = SurvivalCounts.from_subjects(
    [5, 8, 12, 3, 9, 14], [1, 0, 1, 1, 1, 0], arms=["A", "A", "A", "B", "B", "B"]
)
print(fit_kaplan_meier(counts).quantile(0.5))
print(test_logrank(counts).to_frame())

# %% [markdown]
# ## A figure to take away

# %%
arms = [curve.arm for curve in answer.curves.curves]
figure = draw_kaplan_meier(
    answer.curves,
    styles=arm_styles(arms, arms),
    options=SurvivalOptions(endpoint="Relapse-free survival", unit="months"),
)
page = render(figure, "html", title="Relapse-free survival", notes=["GBSG2, age up to 59."])
(folder / "survival.html").write_bytes(page)

# %% [markdown]
# ## A risk difference as the tables of adverse events show it

# %%
print(score_difference(35, 152, 20, 150))
print(fisher_test(35, 152, 20, 150))
