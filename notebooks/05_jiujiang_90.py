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
# # Jiujiang: ninety urban projects and the fourth quarter
#
# In October (九江, 2020 by inference) ninety urban projects are looked at one by one: early work, land
# clearance and funds are the causes, the fourth quarter decides (决战四季度). **All ninety are
# synthetic**; durations and delays are uncalibrated expert judgement.

# %%
from datetime import date
from io import BytesIO

import matplotlib.pyplot as plt
import pandas as pd
from IPython.display import Image

from scenarios.charts import s_curve
from scenarios.dispatch.digest import digest
from scenarios.dispatch.investment import investment_report
from scenarios.dispatch.quotas import quotas
from scenarios.forecast import Run
from scenarios.load import load_scenario
from scenarios.schema import ShockSpec


def picture(figure):
    """A figure as a picture of the notebook."""
    data = BytesIO()
    figure.savefig(data, dpi=80, bbox_inches="tight")
    plt.close(figure)
    return Image(data.getvalue())


scenario = load_scenario("jiujiang-90").model_copy(update={"replications": 100})
run = Run(scenario)
forecast = run.forecast
len(forecast.projects), forecast.data_date.isoformat()

# %% [markdown]
# ## Quotas, and who decides them

# %%
rows = quotas(run)
pd.DataFrame(
    {
        "event": row.spec.event,
        "by": row.spec.date,
        "target": row.spec.target,
        "expected": round(row.expected, 1),
        "P(met)": row.met.percent(),
        "certain": row.certain,
        "decided by": ", ".join(item.project for item in row.candidates[:3]),
    }
    for row in rows
)

# %% [markdown]
# ## The year's investment against 序时进度

# %%
report = investment_report(run)
figure, axes = plt.subplots(figsize=(9, 3.5))
ends = [month.end for month in report.months]
axes.plot(
    ends, [month.schedule for month in report.months], color="#5b6672", linestyle="--", label="months / 12"
)
done = [month for month in report.months if month.done is not None]
ahead = [month for month in report.months if month.expected is not None]
axes.plot([m.end for m in done], [m.done for m in done], color="#1f2933", marker="o", label="done")
axes.plot([m.end for m in ahead], [m.expected for m in ahead], color="#0072b2", marker="o", label="expected")
axes.set_ylabel("10,000 CNY")
axes.legend()
picture(figure)

# %%
picture(s_curve(forecast, "investment", lang="en"))

# %% [markdown]
# ## A sprint in the fourth quarter
# What working through weekends and holidays until the year's end would bring, on the same random draws.

# %%
sprint = ShockSpec(
    first=date(2020, 10, 12), last=date(2020, 12, 31), rest=100, kinds=("construction", "acceptance")
)
pushed = Run(scenario.model_copy(update={"shocks": {"sprint": sprint}}))
before, after = ([row.expected for row in quotas(item)] for item in (run, pushed))
figure, axes = plt.subplots(figsize=(7, 2.5))
places = range(len(rows))
axes.barh([k - 0.2 for k in places], before, height=0.4, color="#86c5ea", label="as it is")
axes.barh([k + 0.2 for k in places], after, height=0.4, color="#0072b2", label="with the sprint")
axes.set_yticks(list(places), [f"{row.spec.event} by {row.spec.date}" for row in rows])
axes.legend()
picture(figure)

# %% [markdown]
# ## This week, leader by leader

# %%
sheet = digest(run, "weekly", by="leader")
pd.DataFrame(
    {"leader": owner, "overdue": sum(item.kind == "overdue" for item in items), "items": len(items)}
    for owner, items in sheet.by_owner()
)
