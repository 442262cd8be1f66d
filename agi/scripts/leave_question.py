"""A question is left (录音交办): matter, place, wish; heard again; the number to call back; whether to keep it secret.

All of it without the database. The dialplan writes the slip from BEGAN, CONTACT and SECRECY wherever this ends: at its
end, when he hangs up, or when we break. Who is silent, or presses `#`, goes on to the next step; `0` leads to a person
while somebody takes calls, and the message is none then; where he was in the queue the database tells."""

from collections.abc import Iterator

from agi.dictation import END, PERSON, Dictation, PersonWanted
from agi.house import House, Next
from agi.line import ALL_KEYS, Line
from agi.scripts import waits_on
from agi.staffed import staffed
from agi.voice import Voice
from dispatch.calls import takes
from dispatch.calls.takes import Part
from dispatch.line.dialable import dialable
from hotline.times import now
from recordings.sounding import Sounding

TRIES = 2  # to say it at all, or less loud
ROUNDS = 3  # of listening again and telling again, and of keying a number
LIMITS = {Part.PLACE: (3, 20), Part.WISH: (3, 30)}  # seconds: of silence that end it, at most
HEAR, TELL_AGAIN = "1", "2"
ANOTHER, SECRET = "2", "1"
MOST_DIGITS = 12


def run(line: Line, house: House) -> None:
    """Ask step by step; where the office wants no steps the dialplan asks alone."""
    if house.settings.question_steps:
        leads = _Question(Voice(line, house), line.environment.arguments).left_or_not()
        line.set("NEXT", leads)
        if leads is Next.OPERATOR and line.get("POSITION"):  # he came out of the queue
            waits_on.run(line, house)


class _Question:
    """What one caller leaves."""

    def __init__(self, voice: Voice, arguments: tuple[str, ...]) -> None:
        self._call_id, caller, *_ = (*arguments, "", "")
        self._voice, self._line, settings = voice, voice.line, voice.house.settings
        self._may_dial, self._steps = settings.operators_may_dial, settings.question_steps.split(",")
        self._own = dialable(caller, may_dial=self._may_dial)
        self._staffed = staffed(voice)
        self._stops = END + PERSON if self._staffed else END
        self._dictation = Dictation(voice, staffed=self._staffed)
        self._folder = settings.spool / "messages"
        self._take = 0

    def left_or_not(self) -> Next:
        """All steps, unless he would rather wait for a person: what he told until then is in the call's recording."""
        try:
            return self._left()
        except PersonWanted:
            for variable in ("BEGAN", "CONTACT", "SECRECY"):
                self._line.set(variable, "")
            takes.drop(self._folder, self._call_id)
            return Next.OPERATOR

    def _say(self, *sounds: str) -> str:
        return self._minded(self._voice.say(*sounds, interrupt=self._stops))

    def _ask(self, *sounds: str) -> str:
        return self._minded(self._voice.ask(*sounds, timeout=3.0))

    def _minded(self, key: str) -> str:
        if key == PERSON and self._staffed:
            raise PersonWanted
        return key

    def _left(self) -> Next:
        """All steps; the code is told by the dialplan, once the slip is on the disk."""
        if not self._told():
            self._line.set("BEGAN", "")
            self._voice.say("hotline/question_nothing")
            return Next.GOODBYE
        for step, ask in (("check", self._check), ("number", self._number), ("secrecy", self._secrecy)):
            if step in self._steps:
                ask()
        return Next.GOODBYE

    # -- what it is about ----------------------------------------------------------------------------------------
    def _told(self) -> bool:
        """The matter, and what belongs to it; whether anything was said. Until then what was told before counts."""
        if not self._matter():
            return False
        for part, prompt in ((Part.PLACE, "hotline/question_place"), (Part.WISH, "hotline/question_wish")):
            if part in self._steps and not self._say(prompt):
                self._take_down(part, *LIMITS[part])
        return True

    def _matter(self) -> bool:
        before, prompt = self._take, "hotline/leave_question"
        for _ in range(TRIES):
            self._say(prompt)
            limits = int(self._line.get("MESSAGE_SILENCE")), int(self._line.get("MESSAGE_SECONDS"))
            if not self._take:  # who hangs up before has left nothing
                self._line.set("BEGAN", int(now().timestamp()))
            self._take += 1
            heard = self._take_down(Part.MATTER, *limits)
            if heard.empty:
                self._take -= 1
            elif not heard.shouted:
                break
            prompt = "hotline/question_again" if heard.empty else "hotline/question_too_loud"
        return self._take > before

    def _take_down(self, part: Part, silence: int, seconds: int) -> Sounding:
        path = takes.path_of(self._folder, self._call_id, self._take, part)
        return self._dictation.take(path, silence=silence, seconds=seconds)

    def _check(self) -> None:
        """He may hear it, and tell it again."""
        key = ""
        for _ in range(ROUNDS):
            key = key or self._ask("hotline/question_check")
            if key not in {HEAR, TELL_AGAIN}:
                return
            if key == TELL_AGAIN:
                self._told()
            key = self._played() if key == HEAR else ""

    def _played(self) -> str:
        kept = takes.told(self._folder, self._call_id).kept
        return self._minded(self._voice.say(*(str(piece.path.with_suffix("")) for piece in kept), interrupt=ALL_KEYS))

    # -- how he is reached ---------------------------------------------------------------------------------------
    def _number(self) -> None:
        """His own number unless he keys another; who has none and keys none follows his matter by its code."""
        number = self._own
        for _ in range(ROUNDS):
            if number and self._is_right(number) != ANOTHER:
                return
            number = self._keyed() or number
            if not number:
                self._say("hotline/question_no_number")
                return
            self._line.set("CONTACT", number if number != self._own else "")

    def _is_right(self, number: str) -> str:
        return self._ask("hotline/number_is", *_digits(number), "hotline/number_right")

    def _keyed(self) -> str:
        """A number that the hotline may ring; empty when he keys none."""
        prompt = "hotline/number_key" if self._own else "hotline/number_key_unknown"
        for _ in range(TRIES):
            keyed = self._voice.ask(prompt, digits=MOST_DIGITS, timeout=5.0, alone="")
            if not keyed or self._minded(keyed) == PERSON:
                return ""
            if found := dialable(keyed, may_dial=self._may_dial):
                return found
            prompt = "hotline/number_wrong"
        return ""

    def _secrecy(self) -> None:
        if self._ask("hotline/secrecy_question") == SECRET:
            self._line.set("SECRECY", "yes")
            self._say("hotline/secrecy_kept")


def _digits(number: str) -> Iterator[str]:
    """As numbers are read on the telephone: 1 is yao."""
    for digit in number:
        yield "hotline/one_on_telephone" if digit == "1" else f"hotline/digits/{digit}"
