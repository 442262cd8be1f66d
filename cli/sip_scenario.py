"""A SIPp scenario made of a template and what the person on the phone does, step by step."""

from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from xml.sax.saxutils import quoteattr

from cli.sip_voice import capture, capture_keys

INFO = """
  <send retrans="500">
    <![CDATA[

      INFO [next_url] SIP/2.0
      Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
      From: @FROM@;tag=[pid]c[call_number]
      To: <sip:[service]@[remote_ip]:[remote_port]>[peer_tag_param]
      Call-ID: [call_id]
      CSeq: @TURN@ INFO
      Max-Forwards: 70
      Content-Type: application/dtmf-relay
      Content-Length: [len]

      Signal=@KEY@
      Duration=100

    ]]>
  </send>
  <recv request="BYE" optional="true" next="900"/>
  <recv response="200"/>
"""
HUNG_UP = 900  # the template's label for "the other side hung up"
FIRST_STEP = 100


@dataclass(frozen=True)
class Wait:
    """Listen for that many seconds."""

    seconds: float


@dataclass(frozen=True)
class Press:
    """Press keys (0-9, *, #) as RFC 4733 events, then listen for `then` seconds."""

    keys: str
    then: float = 0.5


@dataclass(frozen=True)
class Say:
    """Start speaking a recording (headerless A-law, 8 kHz) and go on at once; a key pressed meanwhile ends it."""

    sound: Path


@dataclass(frozen=True)
class Touch:
    """Press keys on a phone that was rung: SIPp's own keys have a payload type that only who calls can name."""

    keys: str
    then: float = 0.5


@dataclass(frozen=True)
class Signal:
    """Press one key as a SIP INFO, then listen for `then` seconds. It is sent again until the other side has it: keys
    as RTP events are lost where a machine is too busy for every packet's moment."""

    key: str
    then: float = 0.5


@dataclass(frozen=True)
class Told:
    """Listen until whoever plays him sees that it is so and tells him (tests/journeys/prompter.py), at most so long. A
    file in SIPp's folder shows that he listens: one for each call that it places."""

    what: str = ""
    most: float = 90.0


Step = Wait | Press | Touch | Signal | Say | Told


def fill(template: Path, steps: tuple[Step, ...], folder: Path, **values: str) -> str:
    """The template with its steps and @VALUES@ filled in; voices are written to `folder` as captures."""
    text = template.read_text(encoding="latin-1").replace("<!-- @STEPS@ -->", "\n".join(_each(steps, folder)))
    for name, value in values.items():
        text = text.replace(f"@{name}@", value)
    return text


def _each(steps: tuple[Step, ...], folder: Path) -> list[str]:
    sent = accumulate(isinstance(step, Say | Touch) for step in steps)  # how many captures, each with this one
    each = enumerate(zip(steps, sent, strict=True))
    return [_step(step, FIRST_STEP + at, place, folder) for at, (step, place) in each]


def _step(step: Step, label: int, place: int, folder: Path) -> str:
    match step:
        case Wait(seconds):
            return _listen(seconds, label)
        case Press(keys, then):
            # SIPp needs about a second for the first key; the next step must not cut the keys off
            return _act(f"play_dtmf={quoteattr(keys)}") + _listen(max(then, 1 + 0.4 * len(keys)), label)
        case Touch(keys, then):
            pressed = folder / f"keys{label}.pcap"
            seconds = capture_keys(keys, pressed, place=place)
            return _act(f'play_pcap_audio="{pressed}"') + _listen(max(then, seconds + 0.2), label)
        case Signal(key, then):
            return INFO.replace("@KEY@", key).replace("@TURN@", str(label - FIRST_STEP + 2)) + _listen(then, label)
        case Told(_, most):
            patience = f'timeout="{round(most * 1000)}" ontimeout="{label}"'  # SIPp looks at the first one's alone
            hung_up = f'<recv request="BYE" optional="true" {patience} next="{HUNG_UP}"/>'
            shows = _act(f'command="touch waits{label}-[call_number]"')
            return f'{shows}{hung_up}<recv request="MESSAGE"/><label id="{label}"/>'
        case Say(sound):
            voice = folder / f"voice{label}.pcap"
            capture(sound, voice, place=place)
            return _act(f'play_pcap_audio="{voice}"')


def _act(what: str) -> str:
    return f"<nop><action><exec {what}/></action></nop>"


def _listen(seconds: float, label: int) -> str:
    """Wait; a BYE meanwhile ends the call properly instead of failing it."""
    milliseconds = max(1, round(seconds * 1000))
    return f'<recv request="BYE" timeout="{milliseconds}" ontimeout="{label}" next="{HUNG_UP}"/><label id="{label}"/>'
