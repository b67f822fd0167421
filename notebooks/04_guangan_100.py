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
# # Guang'an: a hundred projects on the wall chart
#
# A command centre (四川广安, April 2022 by inference) dispatches a hundred key projects by sector
# groups, with red and black lists. **All hundred projects are synthetic**; durations and delays are
# uncalibrated expert judgement. `backplan run guangan-100` writes the wall chart itself as `wall.html`.

# %%
from io import BytesIO

import matplotlib.pyplot as plt
import pandas as pd
from IPython.display import Image

from scenarios.charts import gantt
from scenarios.dispatch.allocation import allocate
from scenarios.dispatch.ranking import ranking
from scenarios.dispatch.rules import lists
from scenarios.forecast import Run
from scenarios.load import load_scenario


def picture(figure):
    """A figure as a picture of the notebook."""
    data = BytesIO()
    figure.savefig(data, dpi=80, bbox_inches="tight")
    plt.close(figure)
    return Image(data.getvalue())


scenario = load_scenario("guangan-100").model_copy(update={"replications": 100})
run = Run(scenario)
forecast = run.forecast
len(forecast.projects), forecast.data_date.isoformat()

# %% [markdown]
# ## The portfolio in one picture

# %%
(figure,) = gantt(forecast, nodes="none", lang="en")
picture(figure)

# %% [markdown]
# ## Groups, ranked with their uncertainty
# Ranks that cannot be told apart are shown as a range.

# %%
groups = ranking(run, "group")
figure, axes = plt.subplots(figsize=(8, 3))
scores = [row.score for row in groups]
axes.errorbar(
    scores,
    range(len(groups)),
    xerr=[[r.score - r.low for r in groups], [r.high - r.score for r in groups]],
    fmt="o",
    color="#0072b2",
)
axes.set_yticks(range(len(groups)), [f"#{row.ranks}" for row in groups])
axes.invert_yaxis()
axes.set_xlabel("mean on-time probability")
picture(figure)

# %%
pd.DataFrame(
    {"group": row.key, "projects": row.projects, "mean": round(row.score, 2), "rank": row.ranks}
    for row in groups
)

# %% [markdown]
# ## Red list and black list
# By the published rules of Mianyang: who beat the target and is among the first; who missed it and is
# among the last.

# %%
listed = lists(run)
pd.DataFrame(
    {"list": name, "kind": row.kind, "who": row.name.en, "rank": row.rank, "figures": row.figures.en}
    for name, rows in (("red", listed.red), ("black", listed.black))
    for row in rows
)

# %% [markdown]
# ## A scarce land quota
# Whom to serve first so that most deadlines can be met, proved by the optimiser.

# %%
land = allocate(run.assembly, "land_quota")
figure, axes = plt.subplots(figsize=(9, 3))
total = 0
for item in land.claimants:
    axes.bar(item.by, item.units, width=12, bottom=total, color="#009e73" if item.served else "#c62828")
    total += item.units
axes.set_ylabel("mu of land, cumulative")
axes.set_title(f"worth {land.worth} of at most {land.bound}")
picture(figure)
