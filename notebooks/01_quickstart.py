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
# # A district's projects, worked back from year end
#
# A planner has a handful of projects (项目) and dates that must hold (期限). This notebook works back
# from those dates to the day on which each approval, permit and start (节点) must be done (倒排工期), and
# asks with what probability it will be (按期概率) when land, funds and permits arrive late (要素保障).
#
# The scenario `district-1bn` follows a public speech at a project meeting: five more starts (开工) and
# three completions (竣工) by the end of 2022, each start with a blocker of its own. The speech gives
# the projects, the blockers and the target numbers. **Nearly all the rest is assumed**: durations and
# delays are defaults of the catalogue by expert judgement, not calibrated on local records; the
# status of each project, the day of each deadline and the shared reviewers are invented so that the
# example can run. So read how the numbers move, not the numbers.

# %%
from datetime import timedelta
from io import BytesIO

import networkx as nx
import pandas as pd
from IPython.display import Image

from scenarios.assemble import assemble
from scenarios.charts import gantt, s_curve
from scenarios.forecast import forecast
from scenarios.load import load_scenario
from scenarios.schema import FactorSpec, Progress
from scheduling import backward_schedule, critical_path
from simulation.confidence import confidence_plan
from simulation.monte_carlo import simulate

# %% [markdown]
# ## Load
# A scenario is a bundled name or a file: YAML, a ledger (台账) in Excel or CSV, or a ProTrack project.
# `assumed` names what the source does not give.

# %%
scenario = load_scenario("district-1bn")
pd.DataFrame(
    {
        "name": project.name.en,
        "sector": project.sector,
        "blocker": project.blocker.en if project.blocker else "",
        "deadlines": ", ".join(f"{line.node} {line.date}" for line in project.deadlines),
        "assumed": ", ".join(project.assumed),
    }
    for project in scenario.projects
).set_index("name")

# %% [markdown]
# ## Critical path (关键线路)
# `assemble` turns the scenario into a `networkx` graph and a compiled network. The forward and the
# backward pass take most likely durations, no shared resource and no chance. Total float (总时差) is
# what a node may slip before it costs a deadline.

# %%
assembly = assemble(scenario)
passes = critical_path(assembly.network)
print(passes.status.value)
print(" -> ".join(next(passes.paths("S1"))))

# %%
starts = [f"S{k}/F0" for k in range(1, 6)]  # F0: 实质性开工, the substantive start
passes.to_frame().loc[starts, ["early_start", "late_start", "total_float"]]

# %% [markdown]
# ## The latest plan (倒排最迟可行计划)
# Latest dates, one by one, promise more than they can keep: joint reviews (联合审查) take a slot of which
# there are few. `backward_schedule` puts everything as late as deadlines *and* resources allow. It
# says who found the plan, and how many days all starts together could at most be later (`gap`).

# %%
late = backward_schedule(assembly.network, limit=1.0)
print(late.status.value, late.solver, late.gap)
late.to_frame().loc[starts]

# %% [markdown]
# ## Forecast (预测)
# The main job does all of it: the two passes, the latest plan, dates that hold with the confidence
# asked for, a simulation, and what each cause of delay costs. The same seed always gives the same
# result. Here 200 replications are enough to see the pattern; the 95 % intervals say how coarse they
# are.

# %%
scenario = scenario.model_copy(update={"replications": 200})
result = forecast(scenario)
pd.DataFrame(
    {
        "project": project.name.en,
        "on time, as soon as possible": str(project.on_time),
        "on time, working to plan": str(project.confidence.reached),
        "confidence attainable": project.confidence.attainable,
        "light": project.light,
    }
    for project in result.projects
).set_index("project")

# %% [markdown]
# Two start rules stand side by side. *As soon as possible* is the forecast. *Working to plan* starts
# nothing before its planned date; planned dates are the latest ones that still reach the confidence
# of 80 %. Where starting as soon as possible falls short too, the row says so: no plan can help then, only a
# change of the facts can.
#
# What a reader must know is part of the result:

# %%
for warning in result.warnings:
    print("-", warning.en)

# %%
for quota in result.quotas:
    print(f"{quota.event}, {quota.sector}: {quota.target} by {quota.by}, P(met) = {quota.met}")

# %% [markdown]
# ## Pictures
# A bar a node of one project: planned dates, deadlines, on-time probability and the costliest cause.
# In English here; `lang="zh"` labels everything in Chinese, where the machine has a Chinese font.


# %%
def picture(figure):
    data = BytesIO()
    figure.savefig(data, format="png", dpi=90)
    return Image(data.getvalue())


picture(gantt(result, project="S4", lang="en")[0])

# %% [markdown]
# How node finishes add up: the envelope of earliest and latest dates, and 80 % of the replications.
# The curve of investment spreads what is not yet spent evenly over construction, which is an
# assumption too.

# %%
picture(s_curve(result, "completion", lang="en"))

# %%
picture(s_curve(result, "investment", lang="en"))

# %% [markdown]
# ## Causes (延误原因)
# For each cause the simulation runs again on the same draws as if its delay had vanished. The gain in
# on-time probability ranks causes; only gains above two standard errors are shown.

# %%
pd.DataFrame(
    {"project": project.name.en, "cause": cause.label.en, "gain": cause.gain, "± s.e.": cause.standard_error}
    for project in result.projects
    for cause in project.causes
).round(3)


# %% [markdown]
# ## What if
# A scenario is frozen data; `model_copy` makes another. All variants share seed and draws (common
# random numbers), so that differences are not luck. `ahead` moves some projects on: as if each stood
# where its most likely dates would put it some days later.


# %%
def ahead(scenario, names, days):
    passes, shift = critical_path(assemble(scenario).network), timedelta(days=days)
    projects = []
    for project in scenario.projects:
        progress = dict(project.progress)
        for activity in passes.network.ids:
            owner, _, node = str(activity).partition("/")
            start, finish = passes.early_start[activity] - shift, passes.early_finish[activity] - shift
            if owner == project.id and not node.startswith("factor:") and start < scenario.data_date:
                done = finish < scenario.data_date
                progress[node] = Progress(start=start, finish=finish if done else None)
        moved = project.model_copy(update={"progress": progress, "current": ()})
        projects.append(moved if project.id in names else project)
    return scenario.model_copy(update={"projects": tuple(projects)})


def changed(scenario, names, **update):
    projects = (
        project.model_copy(update=update) if project.id in names else project for project in scenario.projects
    )
    return scenario.model_copy(update={"projects": tuple(projects)})


review = scenario.resources["review"]
more = {"review": review.model_copy(update={"capacity": review.capacity + 1})}
in_hand = FactorSpec(supply=scenario.data_date - timedelta(days=1))
variants = {
    "as it is": scenario,
    "S1, S2 signed two months earlier (签约提前两个月)": ahead(scenario, {"S1", "S2"}, 61),
    "S3, S4 a month further with permits (许可提前一个月)": ahead(scenario, {"S3", "S4"}, 30),
    "S1, S2 without 拿地即开工": changed(scenario, {"S1", "S2"}, options=()),
    "S3, S4 funds in hand (资金到位)": changed(scenario, {"S3", "S4"}, factors={"funds": in_hand}),
    "one more review slot (增加一个审查窗口)": scenario.model_copy(update={"resources": more}),
}


def on_time(variant):
    assembly = assemble(variant)
    how = {"risks": assembly.risks, "replications": variant.replications, "seed": variant.seed}
    plan = confidence_plan(assembly.network, confidence=variant.confidence, **how)
    run = simulate(assembly.network, plan.plan, **how)
    return {project.id: run.project_on_time(project.id).value for project in variant.projects}


table = pd.DataFrame({name: on_time(variant) for name, variant in variants.items()}).T
table["expected number on time"] = table.sum(axis=1)
table.round(2)

# %% [markdown]
# Read it row by row against the first. Signing earlier helps the two projects that wait for
# signatures; another slot helps those that queue. Whatever moves one project also moves the order in
# which all of them ask for reviews, so that others may lose a little: a shared resource has no row of
# its own. None of this says what a month or a slot costs: that is for the planner to weigh.

# %% [markdown]
# ## Any graph
# The algorithms take plain `networkx` graphs. Without calendars everything counts in numbers.

# %%
graph = nx.DiGraph()
graph.add_node("land", duration=35)
graph.add_node("design", duration=45)
graph.add_node("permit", duration=20)
graph.add_node("start", duration=0)
graph.add_edge("land", "permit", lag=10)
graph.add_edge("design", "permit")
graph.add_edge("permit", "start")
plain = critical_path(graph)
plain.to_frame()

# %%
print(plain.duration, sorted(plain.critical, key=str), list(plain.paths()))
