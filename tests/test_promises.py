"""What the documents promise is what the program does: settings, commands, targets, files, and nobody's own paths."""

import os
import re
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from pydantic_core import PydanticUndefined

from cli.main import main
from hotline.accounts.roles import GRANTS, Permission
from hotline.settings import PREFIX, Settings

ROOT = Path(__file__).resolve().parent.parent
README, CHINESE = ROOT / "README.md", ROOT / "README.zh-CN.md"
PAGES = [README, CHINESE, ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
SETTING = re.compile(r"^\| `(HOTLINE_\w+)` \| (.+?) \| (.+) \|$", re.M)
NOT_SETTINGS = {"HOTLINE_PICTURES", "HOTLINE_SOAK_MINUTES", "HOTLINE_SOAK_CALLS",
                "HOTLINE_ENV_FILE", "HOTLINE_MOST_FILES", "HOTLINE_TAG"}  # fmt: skip - the last three are compose.yaml's own
MAKE = re.compile(r"(?<![\w-])make ([a-z][a-z-]+)")
COMMAND = re.compile(r"(?<![\w./@'\"-])hotline ((?:[a-z][a-z-]+)(?: [a-z][a-z-]+)*)")
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)|src=\"([^\"]+)\"")
# Paths of one developer's machine, hosts of package registries.
STRANGE = re.compile(
    "|".join((r"/work" r"/", r"/home" r"/\w", r"pythonhosted" r"\.org", r"registry" r"\.npmjs",
              r"pypi" r"\.org", r"proxy\.golang" r"\.org"))
)  # fmt: skip


def ids(path: Path) -> str:
    return str(path.relative_to(ROOT))


# ---------------------------------------------------------------- settings
def default_of(name: str) -> str:
    """A setting's default as the page writes it."""
    field = Settings.model_fields[name]
    if field.default is PydanticUndefined:
        return "required"
    value = field.default
    if hasattr(value, "get_secret_value"):
        value = value.get_secret_value()
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return f"`{text}`" if text else "empty"


def test_every_setting_stands_in_the_page_once_with_its_default() -> None:
    told = SETTING.findall((ROOT / "docs/settings.md").read_text())
    names = [name for name, _, _ in told]
    assert sorted(names) == sorted(PREFIX + name.upper() for name in Settings.model_fields)
    for name, default, _ in told:
        assert default == default_of(name.removeprefix(PREFIX).lower()), name


def test_every_setting_is_explained_as_in_the_code() -> None:
    told = {name: meaning for name, _, meaning in SETTING.findall((ROOT / "docs/settings.md").read_text())}
    for name, field in Settings.model_fields.items():
        first = re.split(r"[;.,:]", field.description or "")[0]
        assert first, name
        assert first in told[PREFIX + name.upper()], (name, first)


@pytest.mark.parametrize("page", [*PAGES, ROOT / "compose.yaml", ROOT / "Dockerfile"], ids=ids)
def test_no_page_speaks_of_a_setting_that_is_none(page: Path) -> None:
    named = set(re.findall(r"\bHOTLINE_[A-Z_]*[A-Z]\b", page.read_text())) - NOT_SETTINGS
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    assert {name for name in named if name not in known and name.removesuffix("_FILE") not in known} == set()


# ---------------------------------------------------------------- commands and targets
def in_code(page: Path) -> str:
    """What a page sets as code: fenced blocks and words in backticks."""
    text = page.read_text()
    blocks = re.findall(r"^```\w*\n(.*?)^```", text, re.M | re.S)
    return "\n".join([*blocks, *re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", text, flags=re.M | re.S))])


def targets() -> set[str]:
    return set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(), re.M))


@pytest.mark.parametrize("page", PAGES, ids=ids)
def test_every_make_target_that_is_named_exists(page: Path) -> None:
    assert set(MAKE.findall(in_code(page))) <= targets()


def test_every_target_explains_itself() -> None:
    explained = set(re.findall(r"^([a-z][a-z-]*):.*## \S", (ROOT / "Makefile").read_text(), re.M))
    phony = re.search(r"^\.PHONY: (.+)$", (ROOT / "Makefile").read_text(), re.M)
    assert phony
    assert targets() == explained == set(phony[1].split())


def made(target: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """`make TARGET` as typed by hand, also where another make runs the tests."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    return subprocess.run(["make", target], cwd=folder, env=own, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("target", ["lint", "types", "floors", "collect", "unit", "journeys"])
def test_where_nothing_is_installed_yet_a_target_says_what_to_do_first(tmp_path: Path, target: str) -> None:
    shutil.copy(ROOT / "Makefile", tmp_path)
    done = made(target, tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith("Nothing is installed here yet: run 'make setup' first.")


def test_on_a_new_machine_setup_comes_before_whatever_needs_it(tmp_path: Path) -> None:
    shutil.copy(ROOT / "Makefile", tmp_path)
    (tmp_path / "bin").mkdir()
    for name, deed in (("setup", "mkdir -p .venv/bin; for it in python lint-imports; do cp bin/test .venv/bin/$it; done"), ("test", "echo ran")):
        (tmp_path / "bin" / name).write_text(f"#!/bin/sh\n{deed}\n")
        (tmp_path / "bin" / name).chmod(0o755)
    done = made("test", tmp_path)
    assert (done.returncode, done.stdout.count("ran\n")) == (0, 5), done.stderr


def test_every_variable_that_is_no_setting_is_told_too() -> None:
    page = (ROOT / "docs/settings.md").read_text()
    read = set(re.findall(r"\$\{(HOTLINE_\w+)", (ROOT / "compose.yaml").read_text())) & NOT_SETTINGS
    read |= set(re.findall(r"\$\{([A-Z]+):-\}\" != none", (ROOT / "bin/setup").read_text()))
    assert read == {"HOTLINE_TAG", "HOTLINE_ENV_FILE", "HOTLINE_MOST_FILES", "VOICE", "HEARING"}
    assert all(f"| `{name}=" in page for name in read | NOT_SETTINGS)


def commands(group: click.Group) -> dict[str, click.Command]:
    """A group's commands by name, also of one that loads them when they are called."""
    context = click.Context(group)
    return {name: found for name in group.list_commands(context) if (found := group.get_command(context, name))}


@pytest.mark.parametrize("page", PAGES, ids=ids)
def test_every_command_that_is_named_exists(page: Path) -> None:
    for words in COMMAND.findall(in_code(page)):
        command: click.Command = main
        for word in words.split():
            if not isinstance(command, click.Group):
                break
            within = commands(command)
            assert word in within, f"hotline {words}"
            command = within[word]


def every_command(group: click.Group = main, before: str = "hotline") -> Iterator[tuple[str, click.Command]]:
    for name, command in commands(group).items():
        yield f"{before} {name}", command
        if isinstance(command, click.Group):
            yield from every_command(command, f"{before} {name}")


def test_every_command_is_in_the_pages_and_says_what_it_does() -> None:
    told = "\n".join(in_code(page) for page in PAGES)
    for path, command in every_command():
        assert command.help, path
        assert path in told, f"no page speaks of `{path}`"


def test_continuous_integration_runs_make_test_and_nothing_else() -> None:
    lines = [line for line in (ROOT / ".ci/run").read_text().splitlines() if not line.startswith("#")]
    assert lines == ['cd "$(dirname "$0")/.." && exec make test']


# ---------------------------------------------------------------- the pages themselves
@pytest.mark.parametrize("page", PAGES, ids=ids)
def test_every_link_and_picture_leads_somewhere(page: Path) -> None:
    for pair in LINK.findall(page.read_text()):
        there = pair[0] or pair[1]
        if not there.startswith(("http://", "https://")):
            assert (page.parent / there).exists(), there


def test_every_picture_that_is_kept_is_shown_by_some_page() -> None:
    told = "\n".join(page.read_text() for page in PAGES)
    kept = [path.name for path in tracked() if path.parent == ROOT / "docs/pictures" and path.exists()]
    assert [name for name in kept if f"pictures/{name}" not in told] == []


def test_both_readmes_have_the_same_headings_pictures_and_commands() -> None:
    def shape(page: Path) -> tuple[list[int], list[str], set[str]]:
        text = re.sub(r"^```.*?^```", "", page.read_text(), flags=re.M | re.S)
        headings = [len(marks) for marks in re.findall(r"^(#+) ", text, re.M)]
        return headings, re.findall(r"docs/pictures/[\w-]+\.png", text), set(MAKE.findall(in_code(page)))

    assert shape(README) == shape(CHINESE)


def test_every_decision_is_numbered_once_and_listed() -> None:
    records = sorted(path.name for path in (ROOT / "docs/decisions").glob("[0-9]*.md"))
    assert [name[:4] for name in records] == [f"{number:04d}" for number in range(1, len(records) + 1)]
    listed = re.findall(r"\]\((\d{4}-[\w-]+\.md)\)", (ROOT / "docs/decisions/README.md").read_text())
    assert listed == records


def test_the_page_on_security_grants_each_role_what_the_code_grants() -> None:
    rows = re.findall(r"^\| ([a-z ]+) \| (\S+) \| .+ \| ((?:`\w+` ?)+) \|$", (ROOT / "docs/security.md").read_text(), re.M)
    told = {role.replace(" ", "_"): set(re.findall(r"`(\w+)`", granted)) for role, _, granted in rows}
    assert told == {str(role): {str(one) for one in granted} for role, granted in GRANTS.items()}
    explained = set(re.findall(r"^    [A-Z_]+ = \"(\w+)\"  # \S", (ROOT / "hotline/accounts/roles.py").read_text(), re.M))
    assert explained >= {str(permission) for permission in Permission}


def test_what_the_demonstration_brings_is_counted_in_the_pages() -> None:
    def rows(path: Path) -> int:
        return sum(len(kind) for kind in tomllib.loads(path.read_text()).values())

    folder = ROOT / "cli/demo_data"
    units, people = rows(folder / "departments.toml"), rows(folder / "people.toml")
    entries = sum(rows(path) for path in (folder / "entries").glob("*.toml"))
    assert f"{units} departments, {entries} questions and {people} accounts" in README.read_text()
    assert f"{units} 个部门、{entries} 个问题和 {people} 个账号" in CHINESE.read_text()
    log = re.sub(r"\s+", " ", (ROOT / "CHANGELOG.md").read_text())
    assert f"{units} departments, {entries} questions" in log
    assert f"{people} invented accounts" in log


def test_what_is_installed_is_pinned_by_hash_and_so_is_who_installs_it() -> None:
    for command in re.findall(r"pip install (?:.*\\\n)*.*", (ROOT / "bin/setup").read_text()):
        assert "--require-hashes -r" in command or "--no-deps -e ." in command, command
    lines = [line for line in (ROOT / "bin/uv.lock").read_text().splitlines() if not line.startswith("#")]
    assert re.fullmatch(r"uv==[\d.]+ \\", lines[0])
    assert all(re.fullmatch(r"    --hash=sha256:[0-9a-f]{64}( \\)?", line) for line in lines[1:])


# ---------------------------------------------------------------- prompts
def test_every_prompt_that_a_script_plays_is_written() -> None:
    parts = tomllib.loads((ROOT / "asterisk-conf/prompts.toml").read_text())
    known = {name for name, text in parts.items() if isinstance(text, str)}
    known |= {name for part in parts.values() if isinstance(part, dict) for name in part}
    known |= {path.stem for path in (ROOT / "asterisk-conf/sounds/hotline").glob("*.alaw")}
    for script in (ROOT / "agi").rglob("*.py"):
        for name in re.findall(r"\"hotline/([\w/{}.]+)\"", script.read_text()):
            wanted = re.compile(re.sub(r"\\\{[^}]*\\\}", r"\\w+", re.escape(name)))
            assert any(wanted.fullmatch(one) for one in known), f"{script.name} plays hotline/{name}"


# ---------------------------------------------------------------- nobody's own machine
def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in listed.split("\0") if name]


def test_no_file_names_a_path_of_somebodys_machine_or_a_registry() -> None:
    found = []
    for path in tracked():
        if not path.is_file() or path.suffix in {".png", ".alaw", ".wav", ".pcap"}:
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), start=1):
            if STRANGE.search(line):
                found.append(f"{path.relative_to(ROOT)}:{number}")
    assert found == []
