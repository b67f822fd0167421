"""Correlation asked of groups of factors and permits, beside what their draws have."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.console import Console

from scenarios.assemble import Assembly
from scenarios.catalog import departments
from scenarios.messages import catalogue, say
from scenarios.reports.layout import plain
from scenarios.reports.listing import print_table
from simulation.correlation import InducedCorrelation
from simulation.special import Floats


def print_correlations(
    assembly: Assembly, found: Sequence[InducedCorrelation], console: Console, lang: str
) -> None:
    """One line a group: what was asked, and mean, least and greatest of its pairs."""
    if not found:
        console.print(plain(say("correlations_none", lang)))
        return
    projects = {project.id: project.name.text(lang) for project in assembly.scenario.projects}
    rows = [
        (
            projects.get(str(item.group[0]), str(item.group[0])) if isinstance(item.group, tuple) else "",
            _group(item, lang),
            str(len(item.members)),
            f"{item.asked:g}",
            _range(item.rank),
            _range(item.linear),
        )
        for item in found
    ]
    headers = ("project", "correlation_group", "correlation_members", "correlation_asked")
    title = say("correlations", lang, replications=found[0].replications)
    print_table(console, title, (*headers, "correlation_rank", "correlation_linear"), rows, lang)
    console.print(plain(say("correlations_note", lang), "dim"))


def correlations_dict(found: Sequence[InducedCorrelation]) -> list[dict[str, Any]]:
    """The same with every pair, for JSON."""
    return [
        {
            "group": list(item.group) if isinstance(item.group, tuple) else item.group,
            "asked": item.asked,
            "replications": item.replications,
            "pairs": [
                {"one": list(pair.one), "other": list(pair.other), "rank": pair.rank, "linear": pair.linear}
                for pair in item.pairs
            ],
            "constant": [list(member) for member in item.constant],
        }
        for item in found
    ]


def _group(item: InducedCorrelation, lang: str) -> str:
    """The name of a department or a sort of factors."""
    name = str(item.group[-1] if isinstance(item.group, tuple) else item.group).removeprefix("department:")
    department = departments().get(name)
    if department:
        return department.zh if lang == "zh" else department.en
    known = catalogue().get(f"correlation_{name}")
    return known.text(lang) if known else name


def _range(matrix: Floats) -> str:
    """Mean of the pairs, and least and greatest where there are several."""
    pairs = [float(matrix[i, j]) for i in range(len(matrix)) for j in range(i)]
    if len(pairs) < 2:
        return f"{pairs[0]:.2f}" if pairs else ""
    return f"{sum(pairs) / len(pairs):.2f} ({min(pairs):.2f} – {max(pairs):.2f})"
