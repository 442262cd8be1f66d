"""What the floors below the pages say to people, read out of their code: each Chinese text that is raised or given as a
reason, with `{}` where something is filled in."""

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from pathlib import Path

FLOORS = ("dispatch", "knowledge_base", "hotline", "recordings")
HAN = re.compile("[\u4e00-\u9fff]")
HOLE = "{}"
Texts = list[str]
NAMED = {"given", "wrong", "reason", "trouble", "ground", "fault", "why", "faults"}
"""Names that a reason is given before it is raised, or kept."""
REFUSERS = {"reasoned", "_said", "_claim", "refused", "_kept"}
"""Functions that raise or keep a text which they are given."""
BESIDE = "knowledge_base/forms/"
"""Where a reason stands beside the column that it is about."""


def said_below(root: Path) -> dict[str, str]:
    """The texts, each with one place where it stands."""
    files = {path.relative_to(root).as_posix(): ast.parse(path.read_text(encoding="utf-8"))
             for floor in FLOORS for path in sorted((root / floor).rglob("*.py")) if "migrations" not in path.parts}
    raised = {name for tree in files.values() for node in ast.walk(tree) if isinstance(node, ast.Raise)
              for name in _names(node.exc.func if isinstance(node.exc, ast.Call) else None)}
    return {text: f"{file}:{node.lineno}" for file, tree in files.items() for node, texts in _reasons(file, tree, raised)
            for text in texts if HAN.search(text)}


def _reasons(file: str, tree: ast.Module, raised: set[str]) -> Iterator[tuple[ast.expr, Texts]]:
    known = {target.id: _texts(node.value, {}) for node in tree.body if isinstance(node, ast.Assign)
             for target in node.targets if isinstance(target, ast.Name)}
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    found = [one for node in ast.walk(tree) for one in _said_by(node, raised)]
    found += [one for function in functions for one in _returned(function)]
    if file.startswith(BESIDE):
        found += [node.elts[1] for function in functions for node in ast.walk(function)
                  if isinstance(node, ast.Tuple) and len(node.elts) == 2]  # fmt: skip
    found += [node.elts[-1] for node in ast.walk(tree)
              if isinstance(node, ast.Tuple) and node.elts and isinstance(node.elts[0], ast.Lambda)]
    return ((one, _texts(one, known)) for one in found)


def _said_by(node: ast.AST, raised: set[str]) -> Sequence[ast.expr]:
    """What a raise, a call, a name or a yield says."""
    match node:
        case ast.Call(func=func, args=args) if _names(func) & (raised | REFUSERS):
            return [one for arg in args for one in _each(arg)]
        case ast.keyword(arg="why", value=ast.Constant() as value) | ast.keyword(arg="closed", value=value):
            return [value]
        case ast.Assign(targets=[target], value=value) if _names(target) & NAMED:
            return _each(value)
        case ast.Yield(value=ast.Tuple(elts=texts)):
            return texts
    return []


def _returned(function: ast.FunctionDef) -> Sequence[ast.expr]:
    """What a function returns that says why, in words, and nothing where all is well."""
    says = (ast.get_docstring(function) or "").lower()
    given = [node.value for node in ast.walk(function) if isinstance(node, ast.Return) and node.value is not None]
    well = any("" in _texts(value, {}) for value in given)
    return given if well and ("why" in says or "wrong" in says) else []


def _each(node: ast.expr) -> Sequence[ast.expr]:
    """The reasons of an expression that may hold several, by what they are about."""
    match node:
        case ast.Dict(values=values):
            return values
        case ast.BoolOp(values=values):
            return [one for value in values for one in _each(value)]
    return [node]


def _names(node: ast.AST | None) -> set[str]:
    """The names of what is called or assigned to: one of two, too."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return {name}
        case ast.Subscript(value=value):
            return _names(value)
        case ast.IfExp(body=one, orelse=other):
            return _names(one) | _names(other)
    return set()


def _texts(node: ast.expr | None, known: Mapping[str, Texts]) -> Texts:
    """All texts that an expression may be; what isn't written there is a hole."""
    match node:
        case ast.Constant(value=str(text)):
            return [text]
        case ast.Name(id=name):
            return known.get(name, [HOLE])
        case ast.FormattedValue(value=value):
            return _texts(value, known) if isinstance(value, ast.IfExp) else [HOLE]
        case ast.JoinedStr(values=parts):
            return ["".join(text) for text in product(*(_texts(part, known) for part in parts))]
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return [a + b for a, b in product(_texts(left, known), _texts(right, known))]
        case ast.IfExp(body=body, orelse=orelse):
            return _texts(body, known) + _texts(orelse, known)
        case ast.BoolOp(values=values):
            return [text for value in values for text in _texts(value, known)]
        case ast.Call(func=ast.Attribute(value=value, attr="format")):
            return _texts(value, known)
    return [HOLE]
