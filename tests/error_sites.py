"""Every error message in the sources that can reach a planner, found by reading the syntax trees.

A message is followed back from where it is raised through local variables, constants, parameters of helper
functions (to all their callers) and results of functions, so that no way of writing one escapes.
"""

from __future__ import annotations

import ast
import itertools
import string
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("scheduling", "simulation", "scenarios")
SPOKEN = {"ValueError": ("scenarios/schema/", "scenarios/fields.py"), "in_language": ("scenarios/cli/",)}
"""Calls, and where, whose first argument a planner may read, beside errors of ours and problems."""
OWN_CATALOGUES = {"say", "label", "level_label"}
_DEEPEST = 12


class Field(NamedTuple):
    """A place in a message that a run fills: texts of ours that may stand there, and whether they are all."""

    source: str
    texts: tuple[Text, ...] = ()
    known: bool = False


Text = tuple["str | Field", ...]


@dataclass
class Function:
    """A function, with the module and the class that hold it."""

    module: Module
    node: ast.FunctionDef | ast.Lambda
    owner: str | None = None


@dataclass
class Module:
    """A module with its constants."""

    path: str
    tree: ast.Module
    constants: dict[str, ast.expr] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)


class Site(NamedTuple):
    """Where a message stands."""

    path: str
    line: int
    texts: tuple[Text, ...]


class Sources:
    """All modules, and what their names stand for."""

    def __init__(self, root: Path = ROOT, packages: Iterable[str] = PACKAGES) -> None:
        self.functions: dict[str, list[Function]] = defaultdict(list)
        self.constants: dict[str, list[tuple[Module, ast.expr]]] = defaultdict(list)
        self.parents: dict[ast.AST, ast.AST] = {}
        self.calls: dict[str, list[tuple[Module, ast.Call]]] = defaultdict(list)
        self.within: dict[ast.AST, Function | None] = {}
        self.bases: dict[str, set[str]] = {}
        self.inits: dict[str, Function] = {}
        self.bindings: dict[ast.AST, list[ast.AST]] = {}
        self.aliases: dict[str, set[str]] = defaultdict(set)
        for package in packages:
            for path in sorted((root / package).rglob("*.py")):
                tree = ast.parse(path.read_text(encoding="utf-8"))
                module = Module(path.relative_to(root).as_posix(), tree)
                self._index(module, tree, None, None)
        self.errors = self._subclasses("SchedulingError")

    def _index(self, module: Module, node: ast.AST, function: Function | None, owner: str | None) -> None:
        for child in ast.iter_child_nodes(node):
            self.parents[child] = node
            inner, inside = function, owner
            if isinstance(child, ast.FunctionDef):
                if owner is None:
                    module.names.add(child.name)
                inner = Function(module, child, owner)
                self.functions[child.name].append(inner)
                if child.name == "__init__" and owner:
                    self.inits[owner] = inner
            elif isinstance(child, ast.ClassDef):
                inside = child.name
                self.bases[child.name] = {ast.unparse(base).split(".")[-1] for base in child.bases}
            elif isinstance(child, ast.ImportFrom):
                module.names |= {alias.asname or alias.name for alias in child.names}
            elif isinstance(child, ast.Call):
                self.calls[_called(child)].append((module, child))
            match child:  # a function by another name
                case ast.Assign(
                    targets=[ast.Name(id=alias)],
                    value=ast.IfExp(body=ast.Name() as one, orelse=ast.Name() as other),
                ):
                    self.aliases[alias] |= {one.id, other.id}
            if function is None and isinstance(child, (ast.Assign, ast.AnnAssign)) and child.value:
                targets = child.targets if isinstance(child, ast.Assign) else [child.target]
                for target in targets:
                    if isinstance(target, ast.Name):
                        module.constants[target.id] = child.value
                        self.constants[target.id].append((module, child.value))
            self.within[child] = inner
            self._index(module, child, inner, inside)

    def _subclasses(self, root: str) -> set[str]:
        found = {root}
        while grown := {name for name, bases in self.bases.items() if bases & found} - found:
            found |= grown
        return found

    # -- what an expression can be ------------------------------------------------------------------------
    def texts(self, node: ast.expr, module: Module, seen: tuple[ast.AST, ...] = ()) -> tuple[Text, ...]:
        """All texts that an expression can have."""
        if node in seen or len(seen) > _DEEPEST:
            return ((Field(ast.unparse(node)),),)
        found = dict.fromkeys(_merged(text) for text in self._texts(node, module, (*seen, node)))
        return tuple(found)

    def _texts(self, node: ast.expr, module: Module, seen: tuple[ast.AST, ...]) -> Iterator[Text]:
        blank: Text = (Field(ast.unparse(node)),)
        match node:
            case ast.Constant(value=str(value)):
                yield (value,)
            case ast.JoinedStr(values=parts):
                yield tuple(piece for part in parts for piece in self._part(part, module, seen))
            case ast.BinOp(op=ast.Add(), left=left, right=right):
                yield tuple(piece for part in (left, right) for piece in self._part(part, module, seen))
            case ast.IfExp():
                yield from self.texts(node.body, module, seen)
                yield from self.texts(node.orelse, module, seen)
            case ast.BoolOp():
                for value in node.values:
                    yield from self.texts(value, module, seen)
            case ast.Name():
                yield from self._name(node, module, seen) or (blank,)
            case ast.NamedExpr():
                yield from self.texts(node.value, module, seen)
            case ast.Subscript(value=ast.Name() as table):
                yield from self._items(table, module, seen) or (blank,)
            case ast.Call(func=ast.Attribute(attr="format", value=template)):
                for text in self.texts(template, module, seen):
                    yield tuple(piece for part in text for piece in _split_format(part))
            case ast.Call(func=ast.Attribute(attr="get", value=ast.Name() as table)):
                yield from self._items(table, module, seen) or (blank,)
            case ast.Call(
                func=ast.Attribute(attr="join", value=ast.Constant(value=str(between))), args=[parts]
            ):
                yield from self._joined(parts, module, seen) or (blank,)
                if any(map(str.isalpha, between)):
                    yield (*blank, between, *blank)
            case ast.Call(func=ast.Name(id="str"), args=[ast.Name() as inner]):
                yield from self.texts(inner, module, seen)
            case ast.Call():
                yield from self._returned(node, module, seen) or (blank,)
            case _:
                yield blank

    def _part(self, node: ast.expr, module: Module, seen: tuple[ast.AST, ...]) -> Text:
        match node:
            case ast.Constant(value=str(value)):
                return (value,)
            case ast.JoinedStr():
                return self.texts(node, module, seen)[0]
            case ast.FormattedValue(value=value, conversion=-1, format_spec=None):
                return (self._field(value, module, seen),)
            case ast.FormattedValue(value=value):
                return (Field(ast.unparse(value)),)
            case _:
                return (self._field(node, module, seen),)

    def _field(self, node: ast.expr, module: Module, seen: tuple[ast.AST, ...]) -> Field:
        texts = self.texts(node, module, seen)
        ours = tuple(text for text in texts if not text or any(isinstance(piece, str) for piece in text))
        return Field(ast.unparse(node), ours, known=ours == texts)

    def _name(self, node: ast.Name, module: Module, seen: tuple[ast.AST, ...]) -> list[Text]:
        return [
            text
            for value, place in self._meanings(node, module, "str")
            for text in self.texts(value, place, seen)
        ]

    def _meanings(self, node: ast.Name, module: Module, kind: str) -> Iterator[tuple[ast.expr, Module]]:
        """Expressions that a name stands for: of a parameter of a kind, what all callers give."""
        function = self.within.get(node)
        while function is not None:
            if values := list(self._assigned(node.id, function.node)):
                yield from ((value, module) for value in values)
                return
            if node.id in _parameters(function.node):
                if kind in _annotation(function.node, node.id):
                    yield from self._passed(function, node.id)
                return
            outer = self.parents.get(function.node)
            function = self.within.get(outer) if outer is not None else None
        if node.id in module.constants:
            yield module.constants[node.id], module
        elif node.id in module.names:
            yield from ((value, other) for other, value in self.constants.get(node.id, []))

    def _assigned(self, name: str, function: ast.AST, depth: int = 0) -> Iterator[ast.expr]:
        """What a local variable is set to, here or in a loop over things written out."""
        for node in self._bindings(function):
            match node:
                case ast.Assign(targets=[target], value=value) | ast.AnnAssign(target=target, value=value):
                    if value is not None:
                        yield from _bound(name, target, value)
                case ast.NamedExpr(target=target, value=value):
                    yield from _bound(name, target, value)
                case ast.AugAssign(target=ast.Name(id=other), value=value) if other == name:
                    yield value
                case ast.Call(func=ast.Attribute(attr="append", value=ast.Name(id=other)), args=[item]) if (
                    other == name
                ):
                    yield ast.List([item])
                case ast.For(target=target, iter=value) | ast.comprehension(target=target, iter=value):
                    for item in self._members(value, function, depth):
                        yield from _bound(name, target, item)

    def _bindings(self, function: ast.AST) -> list[ast.AST]:
        """What may give names a value in a function."""
        if function not in self.bindings:
            kinds = (
                ast.Assign,
                ast.AnnAssign,
                ast.AugAssign,
                ast.NamedExpr,
                ast.For,
                ast.comprehension,
                ast.Call,
            )
            self.bindings[function] = [node for node in ast.walk(function) if isinstance(node, kinds)]
        return self.bindings[function]

    def _members(self, value: ast.expr, function: ast.AST, depth: int = 0) -> Iterator[ast.expr]:
        """What a loop runs over, where that is written out."""
        match value:
            case ast.Tuple(elts=items) | ast.List(elts=items) | ast.Set(elts=items):
                yield from items
            case ast.ListComp(elt=item) | ast.GeneratorExp(elt=item):
                yield item
            case ast.Dict(keys=keys, values=values):
                for key, item in zip(keys, values, strict=True):
                    if key is not None:
                        yield ast.Tuple([key, item])
            case ast.Call(func=ast.Attribute(attr="items", value=table)):
                yield from self._members(table, function, depth)
            case ast.Name(id=name) if depth < 2:
                for given in self._assigned(name, function, depth + 1):
                    yield from self._members(given, function, depth + 1)

    def _passed(self, function: Function, name: str) -> Iterator[tuple[ast.expr, Module]]:
        """What all callers give a parameter."""
        node = function.node
        names = [item.arg for item in (*node.args.posonlyargs, *node.args.args)]
        bound = bool(names) and names[0] in ("self", "cls")
        called = {node.name}
        if node.name == "__init__" and function.owner:
            called = self._subclasses(function.owner)
        called |= {alias for alias, meant in self.aliases.items() if node.name in meant}
        for module, call in itertools.chain.from_iterable(self.calls[other] for other in called):
            if node.name.startswith("_") and node.name != "__init__" and module is not function.module:
                continue
            if node.name in module.names and function.owner and isinstance(call.func, ast.Name):
                continue
            given = {item.arg: item.value for item in call.keywords}
            place = names.index(name) - bound if name in names else len(call.args)
            if name in given:
                yield given[name], module
            elif place < len(call.args) and not any(isinstance(item, ast.Starred) for item in call.args):
                yield call.args[place], module

    def _items(self, table: ast.Name, module: Module, seen: tuple[ast.AST, ...]) -> list[Text]:
        """The values of a constant mapping."""
        value = module.constants.get(table.id)
        if isinstance(value, ast.Dict):
            return [text for item in value.values for text in self.texts(item, module, seen)]
        return []

    def _joined(self, parts: ast.expr, module: Module, seen: tuple[ast.AST, ...]) -> list[Text]:
        """What the items of a sequence can be."""
        match parts:
            case ast.GeneratorExp(elt=item) | ast.ListComp(elt=item):
                return list(self.texts(item, module, seen))
            case ast.Call(func=ast.Name(id="tuple" | "list" | "sorted"), args=[inner]):
                return self._joined(inner, module, seen)
            case ast.List(elts=items) | ast.Tuple(elts=items):
                return [text for item in items for text in self.texts(item, module, seen)]
            case ast.BoolOp(values=values):
                return [text for value in values for text in self._joined(value, module, seen)]
            case ast.Name() if parts not in seen:
                found = self._meanings(parts, module, "tuple[str,")
                return [text for value, place in found for text in self._joined(value, place, (*seen, parts))]
        return []

    def _returned(self, call: ast.Call, module: Module, seen: tuple[ast.AST, ...]) -> list[Text]:
        """What a function of ours returns."""
        name = _called(call)
        if name in OWN_CATALOGUES:
            return []
        found: list[Text] = []
        for function in self.functions.get(name, []):
            if name.startswith("_") and function.module is not module:
                continue
            annotation = function.node.returns if isinstance(function.node, ast.FunctionDef) else None
            if annotation is None or "str" not in ast.unparse(annotation).replace("|", " ").split():
                continue
            for node in ast.walk(function.node):
                if isinstance(node, ast.Return) and node.value is not None:
                    if isinstance(node.value, ast.Constant) and node.value.value is None:
                        continue
                    found += self.texts(node.value, function.module, seen)
        return found

    # -- sites ---------------------------------------------------------------------------------------------
    def sites(self) -> Iterator[Site]:
        """Every place where a message is made."""
        for module, call in itertools.chain.from_iterable(list(self.calls.values())):
            value = self._message(call, module)
            if value is not None:
                texts = self.texts(value, module)
                if not isinstance(value, ast.Name) or texts != ((Field(value.id),),):
                    yield Site(module.path, value.lineno, texts)

    def _message(self, call: ast.Call, module: Module) -> ast.expr | None:
        """What a call says to a planner."""
        name, function = _called(call), self.within.get(call)
        if name == "Problem":
            given = {item.arg: item.value for item in call.keywords}
            return call.args[1] if len(call.args) > 1 else given.get("message")
        told = name in SPOKEN and module.path.startswith(SPOKEN[name])
        told |= name == "__init__" and function is not None and function.owner in self.errors
        told |= name in self.errors and not any(base in self.inits for base in (name, *self._ancestors(name)))
        return call.args[0] if told and call.args else None

    def _ancestors(self, name: str) -> Iterator[str]:
        for base in self.bases.get(name, ()):
            yield base
            yield from self._ancestors(base)


def _called(call: ast.Call) -> str:
    return (
        ast.unparse(call.func).split(".")[-1] if not isinstance(call.func, ast.Attribute) else call.func.attr
    )


def _parameters(node: ast.FunctionDef | ast.Lambda) -> set[str]:
    arguments = node.args
    return {item.arg for item in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)}


def _annotation(node: ast.FunctionDef | ast.Lambda, name: str) -> list[str]:
    arguments = node.args
    for item in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
        if item.arg == name and item.annotation is not None:
            return ast.unparse(item.annotation).replace("|", " ").split()
    return []


def _bound(name: str, target: ast.expr, value: ast.expr) -> Iterator[ast.expr]:
    """The part of a value that a target's name gets."""
    if isinstance(target, ast.Name) and target.id == name:
        yield value
    elif (
        isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts)
    ):
        for inner, part in zip(target.elts, value.elts, strict=True):
            yield from _bound(name, inner, part)
    elif isinstance(target, ast.Tuple) and isinstance(value, ast.IfExp):
        yield from _bound(name, target, value.body)
        yield from _bound(name, target, value.orelse)


def _split_format(part: str | Field) -> Iterator[str | Field]:
    if isinstance(part, Field):
        yield part
        return
    for literal, name, _, _ in string.Formatter().parse(part):
        if literal:
            yield literal
        if name is not None:
            yield Field(name or "value")


def _merged(text: Text) -> Text:
    """Neighbouring literals as one."""
    out: list[str | Field] = []
    for part in text:
        if isinstance(part, str) and out and isinstance(out[-1], str):
            out[-1] += part
        elif part != "":
            out.append(part)
    return tuple(out)
