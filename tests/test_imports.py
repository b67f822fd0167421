"""Who imports whom: scheduling <- simulation <- scenarios, heavy libraries in their own corner, no cycle."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import networkx as nx
import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("scheduling", "simulation", "scenarios")
CORNERS = {
    "ortools": ("scheduling/cpsat/", "scenarios/dispatch/leveling.py", "scenarios/dispatch/knapsack.py"),
    "numba": ("scheduling/kernels/", "simulation/kernels/"),
    "simpy": ("simulation/engine.py",),
    "distributed": ("simulation/cluster.py",),
    "matplotlib": ("scenarios/charts/",),
    "docx": ("scenarios/documents/docx.py",),
    "pydantic": ("scenarios/",),
    "holidays": ("scenarios/calendars/generate.py",),
    "chinese_calendar": ("scenarios/calendars/generate.py",),
}


def modules() -> dict[str, Path]:
    """Path of every module of the three packages."""
    found = {}
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def statements(body: list[ast.stmt], *, top: bool) -> Iterator[ast.stmt]:
    """Statements that run at import (`top`), or all; never those for type checkers alone."""
    for statement in body:
        if isinstance(statement, ast.If) and "TYPE_CHECKING" in ast.unparse(statement.test):
            yield from statements(statement.orelse, top=top)
            continue
        yield statement
        if top and isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
            continue
        for name in ("body", "orelse", "finalbody", "handlers", "cases"):
            for child in getattr(statement, name, ()):
                yield from statements([child] if isinstance(child, ast.stmt) else child.body, top=top)


def imports(module: str, path: Path, *, top: bool) -> set[str]:
    """Dotted names that a module imports; ``from a import b`` names ``a.b`` as well as ``a``."""
    found = set()
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    for statement in statements(ast.parse(path.read_text(encoding="utf-8")).body, top=top):
        if isinstance(statement, ast.Import):
            found |= {alias.name for alias in statement.names}
        elif isinstance(statement, ast.ImportFrom):
            base = statement.module or ""
            if statement.level:
                parents = package.split(".")[: len(package.split(".")) - statement.level + 1]
                base = ".".join([*parents, *([base] if base else [])])
            found |= {base, *(f"{base}.{alias.name}" for alias in statement.names)}
    return found


def test_packages_import_one_way() -> None:
    for module, path in modules().items():
        allowed = PACKAGES[: PACKAGES.index(module.split(".")[0]) + 1]
        used = {name.split(".")[0] for name in imports(module, path, top=False)}
        assert used & set(PACKAGES) <= set(allowed), f"{module} imports from a later package"


def test_no_module_imports_itself_round_a_corner() -> None:
    known = modules()
    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_nodes_from(known)
    for module, path in known.items():
        names = imports(module, path, top=True)
        for name in names & set(known) - {module}:
            # ``from package import module`` needs the module, not what else the package holds.
            if not any(other.startswith(f"{name}.") and other in known for other in names):
                graph.add_edge(module, name)
    cycles = [component for component in nx.strongly_connected_components(graph) if len(component) > 1]
    assert not cycles, f"modules that import each other: {[sorted(component) for component in cycles]}"


@pytest.mark.parametrize("library", CORNERS)
def test_heavy_libraries_stay_in_their_corner(library: str) -> None:
    for module, path in modules().items():
        if any(name.split(".")[0] == library for name in imports(module, path, top=False)):
            place = path.relative_to(ROOT).as_posix()
            assert place.startswith(CORNERS[library]), f"{place} imports {library}"


def test_pandas_is_imported_on_demand_only() -> None:
    for module, path in modules().items():
        used = {name.split(".")[0] for name in imports(module, path, top=True)}
        assert "pandas" not in used, f"{module} imports pandas at its top"


def test_reading_of_imports_sees_what_it_must() -> None:
    source = (
        "import a.b\nfrom c import d\nif TYPE_CHECKING:\n    import e\n"
        "try:\n    import f\nexcept ImportError:\n    import g\ndef h():\n    import i\n"
    )
    body = ast.parse(source).body
    for top, expected in ((True, "a.b c f g"), (False, "a.b c f g i")):
        names = {
            alias.name if isinstance(s, ast.Import) else s.module
            for s in statements(body, top=top)
            if isinstance(s, (ast.Import, ast.ImportFrom))
            for alias in s.names
        }
        assert names == set(expected.split())


def test_critical_path_loads_no_heavy_library() -> None:
    heavy = ("ortools", "simpy", "matplotlib", "pandas", "numba", "pydantic", "simulation", "scenarios")
    code = (
        "import sys\n"
        "import networkx as nx\n"
        "from scheduling import critical_path\n"
        "graph = nx.DiGraph()\n"
        "graph.add_node('a', duration=2)\n"
        "result = critical_path(graph)\n"
        "assert result.duration == 2 and list(result.paths()) == [('a',)]\n"
        f"print(*[name for name in {heavy!r} if name in sys.modules])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True, timeout=120
    )
    assert done.stdout.split() == []
