# %% [markdown]
# # Design: from assumptions to a better trial
#
# No data are needed here; `examples/explore.py` shows where assumptions may come from.

# %%
from analytics.design import Accrual, HazardAssumption, SurvivalAssumptions, TreatmentEffect
from analytics.design.boundaries import GroupSequential
from analytics.design.survival import SurvivalDesign, assurance
from analytics.dosing.characteristics import ToxicityScenario, exact_characteristics
from analytics.dosing.escalation import Boin, EscalationDesign
from analytics.search import Objective, SearchSpace, search

assumptions = SurvivalAssumptions.of(
    control=HazardAssumption.exponential(median=12),
    effect=TreatmentEffect.constant(0.7),
    accrual=Accrual.uniform(subjects=500, duration=18),
)
monitoring = GroupSequential(information_fractions=(0.5, 0.75, 1.0))

# %% [markdown]
# ## A design validates itself, and says what it does

# %%
design = SurvivalDesign.for_power(assumptions, monitoring, power=0.9)
found = design.evaluate()
print(round(design.events, 1), "events for a power of", round(found.power, 4))
print(found.to_frame())
print(round(assurance(design).probability, 4))

# %% [markdown]
# ## A search for better ones
# What is better is stated; the front holds every design that no other one beats in all of it.

# %%
space = SearchSpace(design=design, events=(250, 400), fractions=(0.2, 0.9))
outcome = search(
    space,
    [Objective(measure="power"), Objective(measure="expected_events")],
    budget=50,
    policy="random",
    seed=1,
)
front = outcome.front()
print(front.table[["number", "power", "expected_events"]].head())

# %% [markdown]
# ## Finding a dose, without Monte-Carlo error

# %%
boin = EscalationDesign(method=Boin(doses=5, target=0.3), most_patients=30)
truth = ToxicityScenario(probabilities=(0.05, 0.12, 0.3, 0.45, 0.6))
found_doses = exact_characteristics(boin, (truth,)).doses
print(found_doses[["dose", "probability", "selected", "patients"]].round(4))
