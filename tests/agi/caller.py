"""A caller at a small exchange of his own: it speaks FastAGI as Asterisk does, plays what it is told, presses his keys."""

import re
import socket
import wave
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

CALL = "20261123120000-0123456789ab"
NUMBER = "13888888888"
_WORD = re.compile(r'"((?:[^"\\]|\\.)*)"|(\S+)')


@dataclass
class Caller:
    """One call to a script. `presses` says which keys follow which prompt (the n-th item the n-th time it is heard);
    `says` is what he says into each recording: its sound, and how the exchange says that it ended. `hangs_up_at` names
    the prompt at which he goes."""

    presses: Mapping[str, str | list[str]] = field(default_factory=dict)
    says: list[tuple[bytes, str]] = field(default_factory=list)
    hangs_up_at: str = ""
    number: str = NUMBER
    call_id: str = CALL
    heard: list[str] = field(default_factory=list)
    variables: dict[str, str] = field(default_factory=dict)
    guards: list[float] = field(default_factory=list)
    guarded: dict[str, float] = field(default_factory=dict)  # seconds that were left when a sound began
    recorded: list[tuple[str, ...]] = field(default_factory=list)  # file, seconds of silence, seconds, options
    sent_silence: bool = False  # since the last sound
    waits: list[float] = field(default_factory=list)  # seconds in which a key was waited for
    _keys: str = ""
    _times: dict[str, int] = field(default_factory=dict)

    def calls(self, address: tuple[str, int], script: str, *arguments: str) -> "Caller":
        """Go through the script to its end; an exchange waits no longer than ten seconds for a word."""
        with socket.create_connection(address, timeout=10) as line:
            line.sendall(self._environment(script, arguments))
            for command in line.makefile("r", encoding="utf-8"):
                words = [quoted.replace('\\"', '"').replace("\\\\", "\\") or plain for quoted, plain in _WORD.findall(command)]
                line.sendall(self._answer(words).encode())
                if self.gone:
                    break
        return self

    @property
    def gone(self) -> bool:
        """Whether he has hung up."""
        return bool(self.hangs_up_at) and self.hangs_up_at in self.heard

    @property
    def next(self) -> str:
        """Where the dialplan takes him now; the script's own default is a person's business."""
        return self.variables.get("NEXT", "")

    @property
    def prompts(self) -> list[str]:
        """The fixed prompts that he heard, without the silences between them."""
        return [name.removeprefix("hotline/") for name in self.heard if name.startswith("hotline/")]

    @property
    def sentences(self) -> list[str]:
        """The names of the rendered sentences that he heard."""
        return [Path(name).name for name in self.heard if name.startswith("/")]

    def _environment(self, script: str, arguments: tuple[str, ...]) -> bytes:
        told = {"network": "yes", "network_script": script, "callerid": self.number, "uniqueid": "1795406400.1", "dnid": "96128",
                "accountcode": self.call_id, "channel": "PJSIP/trunk-00000001"}  # fmt: skip
        given = {f"arg_{n}": text for n, text in enumerate((self.call_id, *arguments) if arguments else (self.call_id, self.number, "96128"), 1)}
        return "".join(f"agi_{name}: {value}\n" for name, value in (told | given).items()).encode() + b"\n"

    def _answer(self, words: list[str]) -> str:
        match words:
            case ["SET", "VARIABLE", "TIMEOUT(absolute)", seconds]:
                self.guards.append(float(seconds))
                return "200 result=1\n"
            case ["SET", "VARIABLE", name, value]:
                self.variables[name] = value
                return "200 result=1\n"
            case ["STREAM", "FILE", name, *escapes]:
                return self._play(name, escapes[0] if escapes else "")
            case ["EXEC", "Background", sounds]:
                return self._play_all(sounds.removesuffix(",n").split("&"))
            case ["WAIT", "FOR", "DIGIT", milliseconds]:
                return self._wait(int(milliseconds) / 1000)
            case ["EXEC", "PlayTones", "0"]:
                self.sent_silence = True
                return "200 result=0\n"
            case ["EXEC", "Record", how]:
                return self._speak(*how.split(","))
            case ["GET", "VARIABLE", name]:
                value = self.variables.get(name, "")
                return f"200 result=1 ({value})\n" if value else "200 result=0\n"
            case ["CHANNEL", "STATUS", *_]:
                return "200 result=6\n"
        return "510 Invalid or unknown command\n"

    def _wait(self, seconds: float) -> str:
        """Heard as a silence."""
        self.waits.append(seconds)
        silent, answer = self.sent_silence, self._play("silence", "0123456789*#")
        self.sent_silence = silent
        return answer

    def _play_all(self, names: list[str]) -> str:
        """Any key stops them all; one that isn't there is passed over and told afterwards."""
        self.variables["BACKGROUNDSTATUS"] = "SUCCESS"
        for name in names:
            answer = self._play(name, "0123456789*#")
            if "result=-1" in answer and not self.gone:
                self.variables["BACKGROUNDSTATUS"] = "FAILED"
            elif "result=0" not in answer:
                return answer
        return "200 result=0\n"

    def _play(self, name: str, escapes: str) -> str:
        if name.startswith("/") and not any(Path(name + kind).exists() for kind in (".alaw", ".wav")):
            return "200 result=-1 endpos=0\n"
        self.heard.append(name)
        self.guarded[name] = self.guards[-1] if self.guards else 0.0
        self.sent_silence = False
        if self.gone:
            return "HANGUP\n200 result=-1 endpos=0\n"
        short = name.removeprefix("hotline/")
        if short in self.presses:
            self._keys += self._pressed(short)
        while self._keys:
            key, self._keys = self._keys[0], self._keys[1:]
            if key in escapes:  # as on a real exchange: a key that stops nothing is lost
                return f"200 result={ord(key)} endpos=800\n"
        return "200 result=0 endpos=8000\n"

    def _speak(self, path: str, *how: str) -> str:
        sound, self.variables["RECORD_STATUS"] = self.says.pop(0) if self.says else (b"", "SILENCE")
        self.recorded.append((Path(path).name, *how))
        with wave.open(path, "wb") as file:
            file.setparams((1, 2, 8000, 0, "NONE", ""))
            file.writeframes(sound)
        return "200 result=0\n"

    def _pressed(self, prompt: str) -> str:
        keys = self.presses[prompt]
        time = self._times.get(prompt, 0)
        self._times[prompt] = time + 1
        if isinstance(keys, str):
            return keys
        return keys[time] if time < len(keys) else ""


@dataclass
class Meanwhile(Caller):
    """While he hears a prompt, something happens in the house."""

    at: str = ""
    deed: Callable[[], None] = lambda: None

    def _play(self, name: str, escapes: str) -> str:
        if name == f"hotline/{self.at}":
            self.at = ""
            self.deed()
        return super()._play(name, escapes)
