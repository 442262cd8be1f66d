"""An exchange on trial: another one's configuration, loaded where there is no network."""

import ipaddress
import re
import shutil
from pathlib import Path

from cli.connections import SIP
from cli.exchange import Exchange
from cli.exchange_plan import ExchangePlan

_OWN = re.compile(r"^((?:tls)?bind(?:addr)?) = [^:\n]+", re.M)
_FAR = re.compile(r"^(contact|server_uri) = (\S+)", re.M)
_MATCH = re.compile(r"^match = (.+)", re.M)


class Trial(Exchange):
    """An exchange with the configuration of another one's folder, that reaches nobody and that nobody reaches."""

    network = "none"

    def __init__(self, written: Path, folder: Path) -> None:
        super().__init__(ExchangePlan(folder=folder, ami_secret="unused"))  # noqa: S106 - the written one counts
        self._written = written

    def _configure(self) -> None:
        target = self.plan.root / "generated"
        shutil.copytree(self._written, target)
        for path in target.glob("*.conf"):
            path.write_text(apart(path.read_text(encoding="utf-8")), encoding="utf-8")

    def _greets(self) -> bool:
        return True  # its manager interface is out of reach; the console says when it is up

    @property
    def log(self) -> str:
        """What was complained of, also before there was a log."""
        said = self._engine("logs", self.plan.container)
        return super().log + said.stdout + said.stderr

    @property
    def sounds(self) -> set[str]:
        """The sounds of the image, without their ending."""
        place = "/usr/share/asterisk/sounds/"
        found = self._engine("exec", self.plan.container, "find", "-L", place, "-name", "*.alaw").stdout.split()
        return {path.removeprefix(place).removesuffix(".alaw") for path in found}


def apart(text: str) -> str:
    """The same configuration for where there is nothing but the machine itself: no carrier, no name of a host."""
    text = _OWN.sub(r"\1 = 127.0.0.1", text)
    text = _MATCH.sub(lambda found: "match = " + ",".join(map(_near, found[1].split(","))), text)
    return _FAR.sub(lambda found: f"{found[1]} = {_here(found[2])}", text)


def _near(origin: str) -> str:
    try:
        ipaddress.ip_network(origin.strip())
    except ValueError:
        return "127.0.0.1"
    return origin


def _here(uri: str) -> str:
    found = SIP.match(uri)
    return uri[: found.start(1)] + "127.0.0.1" + uri[found.end(1) :] if found else uri
