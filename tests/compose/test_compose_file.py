"""compose.yaml and the Dockerfile hold together with the program: every process, every setting, nobody with more rights
than he needs. That it really runs is shown by the long test beside this one."""

import re
import socket
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from click import Context, Group

from cli.exchange_plan import FOLDERS
from cli.installation import installation
from cli.main import COMMANDS, main
from cli.up import PROCESSES
from compose import alive
from hotline import parts
from hotline.database import Database
from hotline.settings import PREFIX, Settings
from hotline.times import now

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "compose.yaml").read_text()
FILE: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, dict[str, Any]] = FILE["services"]
FOR_A_MOMENT = {"folders", "prepare", "sipp"}
LASTING = sorted(SERVICES.keys() - FOR_A_MOMENT)


def stages() -> dict[str, str]:
    """The Dockerfile's stages by name."""
    found = re.split(r"^FROM (\S+)(?: AS (\S+))?$", (ROOT / "Dockerfile").read_text(), flags=re.M)
    return {name or "": steps for name, steps in zip(found[2::3], found[3::3], strict=True)}


# ---------------------------------------------------------------- what runs
@pytest.mark.parametrize("process", [*PROCESSES, "hear"])
def test_every_process_of_hotline_up_is_a_service_that_runs_its_command(process: str) -> None:
    assert process in COMMANDS
    assert SERVICES[process]["command"] == [process], "compose.yaml: a process of `hotline up` has no service"
    assert SERVICES[process]["healthcheck"]["test"] == ["CMD", "python", "compose/alive.py", process]


def test_what_prepare_says_to_the_program_are_its_commands() -> None:
    said = re.findall(r"hotline (\w+) (\w+)", SERVICES["prepare"]["command"][0])
    assert len(said) == 2
    for group, command in said:
        found = main.get_command(Context(main), group)
        assert isinstance(found, Group)
        assert command in found.commands


@pytest.mark.parametrize("process", [*PROCESSES, "hear", "prepare"])
def test_every_process_reads_the_same_settings(process: str) -> None:
    assert SERVICES[process]["env_file"] == [{"path": "${HOTLINE_ENV_FILE:-.env}", "required": False}]
    assert SERVICES[process]["environment"] == SERVICES["web"]["environment"]
    assert {
        name.removeprefix(PREFIX).lower() for name in SERVICES[process]["environment"]
    } <= Settings.model_fields.keys()


def test_a_port_that_the_file_needs_itself_has_the_programs_default() -> None:
    own = {"folder": "/var/lib/hotline", "most_files": "65536", "tag": "latest", "env_file": ".env"}
    for name, default in re.findall(r"\$\{HOTLINE_(\w+):-([^${}]*)\}", TEXT):
        known = Settings.model_fields.get(name.lower())
        assert default == own.get(name.lower(), known and str(known.default)), name


def test_what_is_mounted_is_made_also_by_versions_of_compose_that_must_be_told() -> None:
    binds = [one for service in SERVICES.values() for one in service.get("volumes", []) if isinstance(one, dict)]
    assert len(binds) > len(SERVICES["asterisk"]["volumes"])
    assert all(one["bind"] == {"create_host_path": True} for one in binds)


def test_the_folders_that_are_mounted_are_made_before_anybody_writes_to_them() -> None:
    made = set(SERVICES["folders"]["command"])
    assert {*FOLDERS, "exchange/generated"} <= made
    for name in ("asterisk", "asterisk2", "kamailio"):
        for mount in SERVICES[name]["volumes"]:
            assert mount["source"].removeprefix("${HOTLINE_FOLDER:-/var/lib/hotline}/") in made, name
    assert made - {"."} == {part for one in made for part in (one, one.split("/")[0])} - {"."}, "a parent is missing"


def test_the_second_exchange_of_the_guide_is_the_one_that_is_mounted(tmp_path: Path) -> None:
    section = (ROOT / "docs/operations.md").read_text().split("## Several exchanges")[1].split("\n## ")[0]
    given = dict(re.findall(r"^(HOTLINE_\w+)=(\S+)", section, re.M))
    assert len(given) == 4
    first, second = installation(given | {"HOTLINE_FOLDER": str(tmp_path)}).plans()
    assert {*first.folders, *second.folders} <= set(SERVICES["folders"]["command"])
    for name, plan in {"asterisk": first, "asterisk2": second}.items():
        own = [mount["source"] for mount in SERVICES[name]["volumes"] if mount["target"] == "/etc/asterisk/generated"]
        assert own == ["${HOTLINE_FOLDER:-/var/lib/hotline}/" + f"{plan.home}/generated"]


# ---------------------------------------------------------------- with what rights
@pytest.mark.parametrize("name", sorted(SERVICES))
def test_no_service_may_more_than_it_needs(name: str) -> None:
    service = SERVICES[name]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in service
    assert not service.get("ports"), "nothing is published: who shares the host's network binds what its settings say"
    assert service["network_mode"] == ("none" if name in {"postgres", "redis", "folders"} else "host")
    if name != "folders":
        assert "cap_add" not in service
        assert service.get("user") != "root"


@pytest.mark.parametrize("name", LASTING)
def test_who_lasts_comes_back_is_looked_at_and_fills_no_disk_with_words(name: str) -> None:
    service = SERVICES[name]
    assert service["restart"] == "unless-stopped"
    assert service["healthcheck"]["test"][0] == "CMD"
    assert service["logging"]["options"].keys() == {"max-size", "max-file"}


def test_no_image_of_ours_runs_as_root() -> None:
    for name, steps in stages().items():
        if name not in {"built", ""}:
            users = re.findall(r"^USER (\S+)$", steps, re.M)
            assert users, name
            assert users[-1] != "root", name
    assert SERVICES["asterisk"]["user"] == "10128:10128"


def test_every_stage_that_is_built_exists_and_every_base_is_one_that_bin_base_makes() -> None:
    wanted = {service["build"].get("target") for service in SERVICES.values() if "build" in service} - {None}
    assert wanted <= stages().keys()
    made = re.search(r"for suite in ([\w ]+);", (ROOT / "bin/base").read_text())
    assert made
    bases = {f"debian:{suite}-slim" for suite in made[1].split()}
    for file in ("Dockerfile", "asterisk-conf/Dockerfile"):
        used = set(re.findall(r"^FROM (\S+)", (ROOT / file).read_text(), re.M)) - stages().keys()
        assert used <= bases, file


def test_every_image_is_built_here_and_once() -> None:
    built = [service["image"] for service in SERVICES.values() if "build" in service]
    assert len(built) == len(set(built))
    for name, service in SERVICES.items():
        assert service["image"] in built, name
        assert "build" in service or service["pull_policy"] == "never", f"{name}: a registry would be asked"


def test_every_named_volume_is_declared_and_used() -> None:
    used = {
        mount.split(":")[0] for one in SERVICES.values() for mount in one.get("volumes", []) if isinstance(mount, str)
    }
    assert used == FILE["volumes"].keys()


def test_no_secret_stands_in_the_file() -> None:
    assert not re.search(r"passw|secret_?key|ami_secret", TEXT, re.I)
    assert "@/hotline?host=" in SERVICES["web"]["environment"]["HOTLINE_DATABASE_URL"]


def test_what_a_developer_has_lying_about_does_not_get_into_an_image() -> None:
    ignored = (ROOT / ".dockerignore").read_text().split()
    assert {".git", ".env", "var", "secrets", ".venv", ".voice", "**/node_modules", "admin_ui/static/vendor"} <= set(
        ignored
    )


# ---------------------------------------------------------------- the health check
def test_fastagi_is_alive_while_it_listens(settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as door:
        here = settings.model_copy(update={"agi_port": door.getsockname()[1]})
        assert alive.alive("agi", here)
    assert not alive.alive("agi", here)


def test_who_listens_but_takes_nobody_in_is_not_alive(settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=256) as door:
        here = settings.model_copy(update={"agi_port": door.getsockname()[1]})
        callers = [socket.create_connection(door.getsockname()) for _ in range(alive.MOST_WAITING)]
        assert not alive.alive("agi", here)
        for caller in callers:
            caller.close()


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
@pytest.mark.parametrize("process", ["listen", "worker", "voice"])
def test_a_process_without_a_door_is_alive_when_it_was_heard_of(
    process: str, database: Database, settings: Settings
) -> None:
    here = settings.model_copy(update={"database_url": database.address})
    assert not alive.alive(process, here)
    with database.writing() as session:
        parts.beat(session, {"listen": "listener"}.get(process, process), at=now() - timedelta(minutes=2))
    assert not alive.alive(process, here)
    with database.writing() as session:
        parts.beat(session, {"listen": "listener"}.get(process, process), at=now())
    assert alive.alive(process, here)
