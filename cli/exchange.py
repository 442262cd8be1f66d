"""The exchange in its container: started with what it needs to know, asked, and stopped without a trace."""

import os
import socket
import subprocess
import time
from pathlib import Path

from cli.engine import ExchangeError, most_files, run, uses_podman, write_podman_conf
from cli.exchange_files import write
from cli.exchange_plan import SAID, ExchangePlan
from cli.image import ensure
from cli.priority import SHARES, go_first

BOOT_SECONDS = 30.0


class Exchange:
    """One Asterisk. Several run side by side when their folders and ports differ."""

    network = "host"

    def __init__(self, plan: ExchangePlan) -> None:
        self.plan = plan
        self._log_begins = self._began = 0

    def start(self) -> None:
        """Start and return when calls can come in; an older container of the same folder is replaced.

        Raises ExchangeError with the exchange's own last words when it doesn't boot within 30 s.
        """
        image = ensure()
        self._make_room()
        self._configure()
        self.stop()
        self._log_begins = self._log_path.stat().st_size if self._log_path.exists() else 0
        done = self._engine("run", "--detach", *self._options(), image)
        if done.returncode:
            raise ExchangeError(f"The exchange did not start: {done.stderr.strip()}")
        self._wait_until_booted()
        self._began = self.process
        go_first(self._began)

    def stop(self) -> None:
        """Stop at once and remove the container; calls in progress end. No harm when it isn't there."""
        self._engine("rm", "--force", "--volumes", self.plan.container)

    def cli(self, command: str) -> str:
        """What the exchange's own console answers to a command."""
        done = self._engine("exec", self.plan.container, "asterisk", "-rx", command)
        if done.returncode:
            raise ExchangeError(f"The exchange did not answer '{command}': {(done.stderr or done.stdout).strip()}")
        return done.stdout

    @property
    def running(self) -> bool:
        """True while the container runs."""
        return self._runs() == "true"

    def has_died(self) -> bool:
        """Whether what start() began ended by itself: its container is still there. One that somebody stopped has none,
        one that somebody else started anew runs. While its process lives nobody is asked."""
        if not self._began or Path(f"/proc/{self._began}").exists():
            return False
        died = self._runs() == "false"
        if not died:
            self._began = self.process
        return died

    @property
    def process(self) -> int:
        """Its process as this machine counts it; 0 where that can't be told."""
        done = self._engine("container", "inspect", "--format", "{{.State.Pid}}", self.plan.container)
        return int(done.stdout) if done.returncode == 0 else 0

    def _runs(self) -> str:
        """Whether the container runs, in the engine's own word; empty where there is none."""
        asked = ("container", "inspect", "--format", "{{.State.Running}}", self.plan.container)
        return self._engine(*asked).stdout.strip()

    @property
    def log(self) -> str:
        """The exchange's notices, warnings and errors since start() (of a former run too before it)."""
        if not self._log_path.exists():
            return ""
        return self._log_path.read_bytes()[self._log_begins :].decode(errors="replace")

    @property
    def _log_path(self) -> Path:
        return self.plan.root / "log" / "messages"

    def _engine(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return run(*arguments, conf=self._podman_conf())

    def _podman_conf(self) -> Path | None:
        if not uses_podman():
            return None
        conf = self.plan.root / "containers.conf"
        if not conf.exists():
            conf.parent.mkdir(parents=True, exist_ok=True)
            write_podman_conf(conf)
        return conf

    def _configure(self) -> None:
        write(self.plan)

    def _make_room(self) -> None:
        for name in self.plan.folders:
            (self.plan.folder / name).mkdir(parents=True, exist_ok=True)

    def _options(self) -> list[str]:
        options = ["--name", self.plan.container, "--network", self.network, "--user", f"{os.getuid()}:{os.getgid()}"]
        options += ["--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--cpu-shares", str(SHARES)]
        if uses_podman():  # beside all else on the machine, not only beside other containers
            options += ["--cgroup-parent", "/"]
        else:  # Podman's limits stand in its configuration, all or none
            options += ["--ulimit", f"nofile={most_files()}:{most_files()}"]
        options += ["--tmpfs", "/run/asterisk:mode=1777"]
        for source, target in self._mounts():
            options += ["--volume", f"{source}:{target}"]
        return options

    def _mounts(self) -> list[tuple[Path, str]]:
        folder, root = self.plan.folder, self.plan.root
        said = [(folder / "exchange" / one, f"/etc/asterisk/{one}:ro") for one in SAID if self.plan.further]
        return [
            (root / "generated", "/etc/asterisk/generated:ro"),
            (root / "log", "/var/log/asterisk"),
            (root / "state", "/var/lib/asterisk"),
            *said,
            (folder / "spool" / self.plan.records, "/var/log/asterisk/cel-custom"),
            # calls, messages and answers lie at the same path inside and outside: no mapping of names
            (folder / "spool", f"{folder}/spool"),
            (folder / "sounds", f"{folder}/sounds:ro"),
        ]

    def _wait_until_booted(self) -> None:
        end = time.monotonic() + BOOT_SECONDS
        while time.monotonic() < end:
            if self._greets() and "fully booted" in self._ask_booted():
                return
            if not self.running:
                break
            time.sleep(0.1)
        words = self._engine("logs", "--tail", "20", self.plan.container)
        self.stop()
        raise ExchangeError(f"The exchange did not boot:\n{words.stdout}{words.stderr}{self.log[-2000:]}")

    def _greets(self) -> bool:
        """True when AMI, opened last at boot, answers."""
        try:
            with socket.create_connection(("127.0.0.1", self.plan.ami_port), timeout=1) as link:
                return link.recv(64).startswith(b"Asterisk Call Manager")
        except OSError:
            return False

    def _ask_booted(self) -> str:
        try:
            return self.cli("core waitfullybooted")
        except ExchangeError:
            return ""
