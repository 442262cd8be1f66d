"""One installation on this machine: its folder, the secrets that it made for itself, and its children's environment."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cli.exchange_files import ExchangePlan, Phone
from hotline.settings import PREFIX, Settings, read_settings

FIRST_PHONE = 8001


@dataclass(frozen=True)
class Installation:
    """Settings, and the environment that makes every process of ours read the same ones."""

    settings: Settings
    environment: Mapping[str, str]

    def plan(self) -> ExchangePlan:
        """The exchange that belongs to this installation."""
        s = self.settings
        phones = tuple(
            Phone(str(FIRST_PHONE + n), secret(s.folder, f"phone_{FIRST_PHONE + n}")) for n in range(s.phones)
        )
        return ExchangePlan(
            folder=s.folder.resolve(), ami_secret=s.ami_secret.get_secret_value(), phones=phones, sip_port=s.sip_port,
            ami_port=s.ami_port, http_port=s.exchange_http_port, rtp_from=s.rtp_from, rtp_to=s.rtp_to,
            agi=f"{s.agi_host}:{s.agi_port}", ear=s.ear_address, bind=s.sip_bind, node=s.exchange_node, number=s.number,
            ami_user=s.ami_user, trunk_addresses=tuple(s.trunk_addresses.split(",")), trunk_contact=s.trunk_contact,
            transfer_seconds=s.transfer_seconds,
            outside=tuple(one.strip() for one in s.operators_may_dial.split(",") if one.strip()),
        )  # fmt: skip


def installation(environment: Mapping[str, str]) -> Installation:
    """The installation that the environment names; secrets that it does not bring are made once and kept."""
    folder = Path(environment.get(PREFIX + "FOLDER", "var")).resolve()
    made = dict(environment) | {PREFIX + "FOLDER": str(folder)}
    for name in ("secret_key", "ami_secret"):
        key = PREFIX + name.upper()
        if key not in made and key + "_FILE" not in made:
            secret(folder, name)
            made[key + "_FILE"] = str(_file(folder, name))
    return Installation(read_settings(made), made)


def secret(folder: Path, name: str) -> str:
    """A secret of this installation, made at first use; readable by its owner only."""
    path = _file(folder, name)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(secrets.token_hex(24))
    return path.read_text(encoding="utf-8").strip()


def _file(folder: Path, name: str) -> Path:
    return folder / "secrets" / name
