"""A caller who speaks: his small exchange has a speech interface that hears what he says, or fails as a real one does."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.agi.caller import Caller
from tests.support.said import said

UNCLEAR, BUSY = "?", "!"


@dataclass
class Speaker(Caller):
    """`says` tells which words follow which prompt (the n-th item the n-th time it is heard); nothing: he is silent.

    `engine`: well, gone (no connection), dies (while he speaks), busy."""

    says: Mapping[str, str | list[str]] = field(default_factory=dict)
    engine: str = "well"
    score: int = 80
    recorded: list[str] = field(default_factory=list)
    _said: dict[str, int] = field(default_factory=dict)
    _result: tuple[str, int, str] | None = None

    def _answer(self, words: list[str]) -> str:
        match words:
            case ["EXEC", "SpeechCreate", "ear"]:
                self.variables["ERROR"] = "1" if self.engine == "gone" else ""
                return "200 result=0\n"
            case ["EXEC", "SpeechStart" | "SpeechDestroy", *_]:
                return "200 result=0\n"
            case ["EXEC", "SpeechBackground", given]:
                return self._hearing(given.rpartition(",")[0].split("&"))
            case ["GET", "VARIABLE", name]:
                value = self._variable(name)
                return f"200 result=1 ({value})\n" if value else "200 result=0\n"
            case ["RECORD", "FILE", path, kind, *_]:
                return self._record(Path(f"{path}.{kind}"))
        return super()._answer(words)

    def _hearing(self, sounds: list[str]) -> str:
        self._result = None
        for sound in sounds:
            reply = self._play(sound, "0123456789*#")
            if reply.startswith(("HANGUP", "200 result=-1")):
                return reply
            key = int(reply.split("=")[1].split()[0])
            if key:
                self._result = (chr(key), 1000, "dtmf")
                return "200 result=0\n"
        self._result = self._understood(self._words())
        return "200 result=0\n"

    def _understood(self, words: str) -> tuple[str, int, str] | None:
        if self.engine == "dies":
            return None
        if self.engine == "busy":
            return "", 0, "busy"
        if words == UNCLEAR:
            return "", 0, "unclear"
        return (words, self.score, "speech") if words else ("", 0, "nothing")

    def _words(self) -> str:
        """What he says to the last prompt."""
        prompt = self.prompts[-1]
        words = self.says.get(prompt, "")
        time = self._said[prompt] = self._said.get(prompt, -1) + 1
        if isinstance(words, str):
            return words
        return words[time] if time < len(words) else ""

    def _variable(self, name: str) -> str:
        text, score, grammar = self._result or ("", 0, "")
        told = {"SPEECH(results)": "1" if self._result else "0", "SPEECH_TEXT(0)": text, "SPEECH_SCORE(0)": str(score), "SPEECH_GRAMMAR(0)": grammar}
        return told.get(name, self.variables.get(name, ""))

    def _record(self, path: Path) -> str:
        """He says it again, into a recording."""
        self.recorded.append(path.name)
        path.write_bytes(said("公积金提取怎么办理？").read_bytes())
        return "200 result=0 (timeout) endpos=17600\n"
