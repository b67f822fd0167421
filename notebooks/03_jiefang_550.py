# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Jiefang "550": the golden season and the problem list
#
# A mid-year meeting of a northern district (焦作市解放区, July 2022 by inference): use the golden
# building season of the second and third quarter, turn the problem list into tasks, clear land. "550"
# is a label of the document, not a number of projects. **All seventy projects are synthetic**;
# durations and delays are uncalibrated expert judgement.

# %%
from io import BytesIO

import matplotlib.pyplot as plt
import pandas as pd
from IPython.display import Image

from scenarios.dispatch.factor_ledger import supply_ledgers
from scenarios.dispatch.season import season_share
from scenarios.dispatch.tasks import statistics, tasks
from scenarios.forecast import Run
from scenarios.load import load_scenario


def picture(figure):
    """A figure as a picture of the notebook."""
    data = BytesIO()
    figure.savefig(data, dpi=80, bbox_inches="tight")
    plt.close(figure)
    return Image(data.getvalue())


scenario = load_scenario("jiefang-550").model_copy(update={"replications": 100})
run = Run(scenario)
forecast = run.forecast
len(forecast.projects), forecast.data_date.isoformat()

# %% [markdown]
# ## The golden season
# How much of the site work ahead lies within April to September: by the plan, and by the earliest and
# latest dates.

# %%
share = season_share(run)
figure, axes = plt.subplots(figsize=(6, 2))
axes.barh(["latest", "planned", "earliest"], [share.latest, share.planned, share.earliest], color="#0072b2")
axes.set_xlim(0, 1)
axes.set_xlabel("share of site work in Q2 and Q3")
picture(figure)

# %% [markdown]
# ## From problems to tasks
# Each problem gets who, how and by when from its class; what is overdue becomes a directive (点球).
# What costs most on-time probability comes first.

# %%
todo = [task for task in tasks(run) if task.closed is None]
pd.DataFrame(
    {
        "project": task.project_name.en,
        "problem": task.what.en,
        "responsible": task.responsible.en,
        "due": task.due,
        "overdue": task.overdue,
        "directive": task.directive,
        "costs": task.cost.points() if task.cost else "",
    }
    for task in todo[:12]
)

# %%
by_class = statistics(tasks(run)).by_class
figure, axes = plt.subplots(figsize=(8, 3))
axes.barh([row.name.en for row in by_class], [row.open for row in by_class], color="#d55e00")
axes.set_xlabel("open problems")
picture(figure)

# %% [markdown]
# ## Teams for clearing land
# Wanted by earliest dates against what there is: where the line is crossed, somebody waits.

# %%
ledger = next(item for item in supply_ledgers(run, 15) if item.resource == "demolition")
figure, axes = plt.subplots(figsize=(9, 3))
names = [f"{row.month:%Y-%m}" for row in ledger.months]
axes.bar(names, [row.wanted for row in ledger.months], color="#86c5ea", label="wanted")
axes.plot(names, [row.supply for row in ledger.months], color="#c62828", label="there")
axes.plot(names, [row.planned for row in ledger.months], color="#1f2933", marker="o", label="planned")
axes.tick_params(axis="x", rotation=90, labelsize=7)
axes.legend()
picture(figure)
