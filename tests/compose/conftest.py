"""Docker with our images, for the long tests: built once for all of them, from nothing where nothing is there."""

import shutil
import subprocess
from collections.abc import Iterator

import pytest

from tests.compose.docker import ROOT, TAG, Compose, docker, short_folder

IMAGES = ("96128", "exchange", "postgres", "redis", "kamailio", "sipp")


@pytest.fixture(scope="session")
def engine() -> Iterator[dict[str, str]]:
    """The environment in which `docker` answers and has our images."""
    with short_folder() as folder:
        (folder / "env").write_text(f"HOTLINE_TAG={TAG}\n")
        (folder / "docker").mkdir()
        with docker(folder / "docker") as environment:
            if shutil.which("mmdebstrap"):  # else the bases come from a registry
                subprocess.run([ROOT / "bin/base"], env=environment, check=True, timeout=900)
            here = Compose(environment, "hotline-images", folder / "env")
            here("--profile", "sipp", "--profile", "cluster", "build", seconds=2400)
            yield environment
            here.run("image", "rm", *(f"hotline-{name}:{TAG}" for name in IMAGES))
