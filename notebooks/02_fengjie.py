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
# # Fengjie: from talks to full effect, and a rolling reserve
#
# A county's meeting on key projects (奉节县, August 2024) gives every state its goal:
# 在谈抓签约、签约抓开工、 开工抓进度、竣工抓投产、投产抓提升. It names no project. **All sixty here,
# and the reserve, are synthetic**, made by a seeded generator; durations and delays are uncalibrated
# expert judgement. Read how figures move, not the figures.

# %%
from datetime import date
from io import BytesIO

import matplotlib.pyplot as plt
import pandas as pd
from IPython.display import Image

from scenarios.charts import s_curve
from scenarios.dispatch.quotas import rates
from scenarios.dispatch.reserve import reserve
from scenarios.dispatch.stages import stages
from scenarios.forecast import Run
from scenarios.load import load_scenario


def picture(figure):
    """A figure as a picture of the notebook."""
    data = BytesIO()
    figure.savefig(data, dpi=80, bbox_inches="tight")
    plt.close(figure)
    return Image(data.getvalue())


scenario = load_scenario("fengjie").model_copy(update={"replications": 100})
run = Run(scenario)
forecast = run.forecast
len(forecast.projects), forecast.data_date.isoformat()

# %% [markdown]
# ## Where projects stand
# Every project stands in one state, and the next event is what to push.

# %%
rows = stages(run)
counts = pd.Series([row.stage for row in rows]).value_counts()
figure, axes = plt.subplots(figsize=(8, 3))
counts.plot.barh(ax=axes, color="#0072b2")
axes.set_xlabel("projects")
picture(figure)

# %%
pd.DataFrame(
    {
        "project": row.name.en,
        "stage": row.stage,
        "push next": row.next_event,
        "planned": row.planned,
        "P80": row.p80,
    }
    for row in rows
).head(12)

# %% [markdown]
# ## Conversion rates, now and at the year's end
# Each rate shows numerator and denominator; the forecast counts them in every replication.

# %%
found = rates(run, date(2024, 12, 31))
pd.DataFrame(
    {
        "rate": row.rate,
        "now": f"{row.numerator}/{row.denominator}",
        "then": row.then,
        "P10": row.low,
        "P90": row.high,
    }
    for row in found
).round(2)

# %%
picture(s_curve(forecast, "completion", lang="en"))

# %% [markdown]
# ## The reserve
# Candidates are scored, admitted above the threshold of their year, and start in months that keep
# starts and land level (压茬推进).

# %%
pipeline = reserve(run)
pd.DataFrame(
    {
        "candidate": row.name.en,
        "year": row.year,
        "score": round(row.score, 2),
        "admitted": row.admitted,
        "start": row.month,
    }
    for row in pipeline.candidates
)

# %%
months = [month for month in pipeline.months if month.portfolio or month.reserve]
figure, axes = plt.subplots(figsize=(9, 3))
axes.bar([m.month for m in months], [m.portfolio for m in months], color="#86c5ea", label="portfolio")
axes.bar(
    [m.month for m in months],
    [m.reserve for m in months],
    bottom=[m.portfolio for m in months],
    color="#d55e00",
    label="reserve",
)
axes.tick_params(axis="x", rotation=90, labelsize=7)
axes.set_ylabel("starts")
axes.legend()
picture(figure)
