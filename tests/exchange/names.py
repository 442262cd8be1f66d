"""What our code names of the exchange: read from its syntax trees, so that a name that is built can't hide a literal."""

import ast
import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PARTS = ("agi", "ami_listener", "dispatch", "recordings", "hotline", "cli")
VARIABLE = re.compile(r"_{0,2}([A-Z][A-Z_0-9]*)(\(.*\))?")


@cache
def trees(*parts: str) -> tuple[tuple[Path, ast.Module], ...]:
    paths = sorted(path for part in parts or PARTS for path in (ROOT / part).rglob("*.py") if "node_modules" not in path.parts)
    return tuple((path, ast.parse(path.read_text())) for path in paths)


@cache
def calls(*parts: str) -> list[tuple[ast.Module, ast.Call]]:
    return [(tree, node) for _, tree in trees(*parts) for node in ast.walk(tree) if isinstance(node, ast.Call)]


def text(node: ast.expr | None, tree: ast.Module) -> str | None:
    """A literal, or the module's constant of that name."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.Name):
        for line in tree.body:
            if isinstance(line, ast.Assign):
                for target, value in zip(_flat(line.targets[0]), _flat(line.value), strict=False):
                    if isinstance(target, ast.Name) and target.id == node.id:
                        return text(value, tree)
    return None


def _flat(node: ast.expr) -> list[ast.expr]:
    return list(node.elts) if isinstance(node, ast.Tuple) else [node]


def _method(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else ""


def _first(call: ast.Call, tree: ast.Module) -> str:
    return (text(call.args[0], tree) if call.args else None) or ""


def on_the_line(method: str) -> set[str]:
    """First arguments of the scripts' `line.set`, `line.get`, `line.run`; pairs that are set in a loop count as set."""
    found = {_first(call, tree) for tree, call in calls("agi") if _method(call) == method}
    if method == "set":
        pairs = [node for path, tree in trees("agi") if path.name != "line.py" for node in ast.walk(tree) if isinstance(node, ast.Tuple) and len(node.elts) == 2]
        found |= {str(pair.elts[0].value) for pair in pairs if isinstance(pair.elts[0], ast.Constant)}
    return found - {""}


def variables(named: set[str]) -> set[str]:
    """Of these, the plain channel variables."""
    return {found[1] for one in named if (found := VARIABLE.fullmatch(one)) and not found[2]}


def functions(named: set[str]) -> set[str]:
    """Of these, the dialplan's functions."""
    return {found[1] for one in named if (found := VARIABLE.fullmatch(one)) and found[2]}


def originated() -> dict[str, set[str]]:
    """The variables of each originate, by the context that it leads to."""
    found: dict[str, set[str]] = {}
    for tree, call in calls():
        if _method(call) == "originate":
            given = {word.arg: word.value for word in call.keywords}
            table = given.get("variables")
            keys = table.keys if isinstance(table, ast.Dict) else []
            found.setdefault(text(given["context"], tree) or "", set()).update(variables({text(key, tree) or "" for key in keys}))
    return found


def places() -> set[tuple[str, str]]:
    """Context and extension of everything that is originated or led away, by us or by who does it for us."""
    found = set()
    for tree, call in calls():
        given = {word.arg or "": text(word.value, tree) for word in call.keywords}
        for which in ("", "extra_"):
            context, extension = given.get(f"{which}context"), given.get(f"{which}extension")
            found |= {(context, extension)} if context and extension else set()
    return found


def words() -> str:
    """All the code as text."""
    return "\n".join(path.read_text() for path, _ in trees())
