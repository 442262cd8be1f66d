"""The classic way: a Python process for each call, as AGI() starts one, fed by a small inetd."""

import signal
import socket
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).with_name("agi_script.py")
MOST = 40  # processes at a time, as inetd bounds them; more wait in the kernel's queue


def serve(port: int, script: str) -> None:
    """Accept, hand the connection to a new process, forget it. SIGTERM ends it all."""
    children: list[subprocess.Popen[bytes]] = []

    def stop(*_: object) -> None:
        for child in children:
            child.kill()
        sys.exit(0)

    signal.signal(signal.SIGTERM, stop)
    with socket.create_server(("127.0.0.1", port), backlog=1024) as door:
        while True:
            connection, _ = door.accept()
            children.append(_start(connection, script))
            connection.close()
            while len(children := [child for child in children if child.poll() is None]) >= MOST:
                signal.sigtimedwait([signal.SIGCHLD], 0.005)


def _start(connection: socket.socket, script: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-P", str(SCRIPT), script], stdin=connection, stdout=connection, stderr=subprocess.DEVNULL
    )


if __name__ == "__main__":
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
    serve(int(sys.argv[1]), sys.argv[2])
