"""Reads the file that HOTLINE_TRUNKS_FILE names; passwords come from files or the environment, never from itself."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from cli.connections import Connections
from hotline.settings import SettingsError

PATHS = ("certificate", "key", "carriers")
Table = dict[str, Any]


def read(path: Path, environment: Mapping[str, str], *, carriers: bool = True) -> Connections:
    """The file's values; SettingsError names trunk and field of everything that is wrong. Paths in it count from it.
    Without the carriers nobody's password is looked at."""
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"HOTLINE_TRUNKS_FILE, {path}: {error}") from None
    if not carriers:
        given.pop("trunk", None)
    wrong = [said for trunk in _tables(given) for said in _password(trunk, path.parent, environment)]
    if isinstance(tls := given.get("tls"), dict):
        tls |= {name: path.parent / str(tls[name]) for name in PATHS if name in tls}
    try:
        connections = Connections.model_validate(given)
    except ValidationError as error:
        wrong += [_words(given, one["loc"], one["msg"]) for one in error.errors()]
    if wrong:
        raise SettingsError(f"HOTLINE_TRUNKS_FILE, {path}:\n" + "\n".join(f"  {said}" for said in wrong))
    return connections


def _tables(given: Table) -> list[Table]:
    trunks = given.get("trunk")
    return [trunk for trunk in trunks if isinstance(trunk, dict)] if isinstance(trunks, list) else []


def _password(trunk: Table, folder: Path, environment: Mapping[str, str]) -> list[str]:
    """Put the password into the trunk's table; what is wrong with it, in words."""
    who = _who(trunk)
    if trunk.pop("password", None) is not None:
        return [f"{who}: password: it doesn't stand here; name its file (password_file) or variable (password_env)"]
    file, variable = trunk.pop("password_file", None), trunk.pop("password_env", None)
    if file is not None:
        try:
            trunk["password"] = (folder / str(file)).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            return [f"{who}: password_file: {error}"]
    elif variable is not None:
        if not environment.get(str(variable)):
            return [f"{who}: password_env: {variable} is not set"]
        trunk["password"] = environment[str(variable)]
    return []


def _words(given: Table, place: tuple[int | str, ...], message: str) -> str:
    """`trunk "telecom": contact: …` for where a value is wrong."""
    said = message.removeprefix("Value error, ")
    match place:
        case ("trunk", int(number), *rest):
            trunks = _tables(given)
            parts = [_who(trunks[number]) if number < len(trunks) else f"trunk {number + 1}", *map(str, rest)]
        case _:
            parts = list(map(str, place))
    return ": ".join([*parts, said])


def _who(trunk: Table) -> str:
    return f'trunk "{trunk.get("name", "?")}"'
