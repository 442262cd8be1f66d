"""A real S3 server for tests, `rclone serve s3`: a process of its own, with its own disk, that checks each signature."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import boto3

SECRET = "a/b+c"  # signs that an address must write otherwise


@dataclass
class Server:
    """One that can be ended and comes back with what it kept."""

    folder: Path
    port: int
    running: "subprocess.Popen[bytes] | None" = None

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    def start(self) -> None:
        command = [str(Path(sys.executable).with_name("rclone")), "serve", "s3", "--auth-key", f"key,{SECRET}",
                   "--addr", self.host, str(self.folder)]  # fmt: skip
        with (self.folder.parent / "server.log").open("ab") as log:
            self.running = subprocess.Popen(command, env=os.environ | {"RCLONE_CONFIG": ""}, stdout=log, stderr=log)
        end = time.monotonic() + 20
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                assert time.monotonic() < end, (self.folder.parent / "server.log").read_text()
                time.sleep(0.05)

    def kill(self) -> None:
        if self.running:
            self.running.kill()
            self.running.wait()

    def bucket(self, name: str) -> str:
        """The address of a new bucket, as the settings want it."""
        there = boto3.client("s3", endpoint_url=f"http://{self.host}", aws_access_key_id="key",
                             aws_secret_access_key=SECRET, region_name="us-east-1")  # fmt: skip
        there.create_bucket(Bucket=name)
        return f"s3+http://key:a%2Fb%2Bc@{self.host}/{name}/96128/calls"


@contextmanager
def serving(folder: Path) -> Iterator[Server]:
    """One that keeps what it gets in a folder, until the end."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        here = Server(folder / "kept", probe.getsockname()[1])
    here.folder.mkdir()
    here.start()
    try:
        yield here
    finally:
        here.kill()
