"""How does my matter stand? By query code, and from another telephone also by that telephone's last digits."""

from agi import sending
from agi.again import HeardPrompts, Sends
from agi.house import House, Next
from agi.line import Line
from agi.scripts import callback
from agi.talk import BACK, PERSON, Talk
from agi.urgent import advise
from agi.voice import NotSpoken, Voice
from dispatch.callbacks import ringing_in
from dispatch.calls import calls
from dispatch.calls.calls import Step
from dispatch.line import emergency
from dispatch.tickets import progress, urging
from dispatch.tickets.codes import DIGITS
from dispatch.tickets.progress import Standing
from dispatch.tickets.states import State
from hotline.phones import normalise
from hotline.times import local, now

TRIES = 3
URGE = "5"


def run(line: Line, house: House) -> None:
    """Ask for the code at most three times; say where the matter stands; then the menu, or a person."""
    line.set("NEXT", _conversation(Voice(line, house), house, line.environment.arguments))


def _conversation(voice: Voice, house: House, arguments: tuple[str, ...]) -> Next:
    call_id, told, dialled, *_ = (*arguments, "", "")
    caller = normalise(told)
    prompts = ["hotline/key_code"]
    for _ in range(TRIES):
        if _locked(house, caller):
            return Next.PEOPLE
        code = voice.ask(*prompts, digits=DIGITS, timeout=5.0)
        if code in {"", PERSON}:
            return Next.PEOPLE
        if (danger := emergency.keyed(code)) is not None:
            return advise(Talk(voice, house, call_id, house.rules.now.machine(dialled, now())), danger)
        standing = _look_up(voice, house, code, caller)
        if isinstance(standing, Next):
            return standing
        _noted(house, call_id, standing)
        if standing is not None:
            sends = sending.standing(house, standing, call_id=call_id, caller=caller)
            return _answered(voice, house, call_id, standing) or _tell(voice, house, standing, sends)
        prompts = ["hotline/code_wrong", "hotline/key_code"]
    return Next.PEOPLE


def _look_up(voice: Voice, house: House, code: str, caller: str) -> Standing | Next | None:
    """How his matter stands; PEOPLE for who keys nothing more, or 0."""
    with house.database.reading() as session:
        found = progress.look_up(session, code, caller=caller, four="", settings=house.settings)
    if found is not None:
        return found
    # Asked whether or not the code exists: an answer must not tell which codes there are.
    four = voice.ask("hotline/key_last_four", digits=4, timeout=5.0, alone="")  # they may begin with 0
    if four in {"", PERSON}:
        return Next.PEOPLE
    with house.database.reading() as session:
        return progress.look_up(session, code, caller=caller, four=four, settings=house.settings)


def _locked(house: House, caller: str) -> bool:
    with house.database.reading() as session:
        return progress.locked(session, caller, at=now())


def _noted(house: House, call_id: str, standing: Standing | None) -> None:
    with house.database.writing() as session:
        if standing is None:
            calls.note(session, call_id, Step.CODE_WRONG, at=now())
        else:
            calls.note(session, call_id, Step.PROGRESS, at=now(), ticket=standing.number, state=standing.state)


def _answered(voice: Voice, house: House, call_id: str, standing: Standing) -> Next | None:
    """Who rings while his answer waits to be told hears it now, and nobody rings him for it; None where there is none,
    or it isn't for the machine, or we are ringing him already."""
    if standing.state != State.TO_CALL_BACK:
        return None
    with house.database.writing() as session:
        attempt_id = ringing_in.take(session, standing.ticket_id, call_id=call_id, at=now())
    if attempt_id is None:
        return None
    try:
        return callback.tell(voice, house, call_id, attempt_id, leave=PERSON)
    except NotSpoken:
        callback.broken_off(house, attempt_id)
        return None


def _tell(voice: Voice, house: House, standing: Standing, sends: Sends) -> Next:
    """Say how it stands, and again if he likes; then what else he may do."""
    sounds, offers = ["hotline/your_matter", f"hotline/state_{standing.state}"], ["hotline/person_offer"]
    if not standing.answered:
        offers.insert(0, "hotline/urge_offer")
        day = local(standing.promised_by)
        sounds += ["hotline/extended_now"] if standing.extended else []
        sounds += ["hotline/due_before", f"hotline/month_{day.month}", f"hotline/day_{day.day}"]
        sounds += ["hotline/due_unknown"] if standing.provisional else []
    heard = HeardPrompts(voice, sounds, interrupt=PERSON, sends=sends)
    key = heard.say() or heard.ask(*offers, timeout=4.0)
    if key == URGE and len(offers) > 1:
        key = voice.ask(_urged(house, standing), "hotline/person_offer", timeout=4.0)
    return Next.MENU if key == BACK else Next.PEOPLE if key == PERSON else Next.GOODBYE


def _urged(house: House, standing: Standing) -> str:
    """Urge it for him; what he hears of that."""
    with house.database.writing() as session:
        taken = urging.urge_himself(session, standing.ticket_id, settings=house.settings, at=now())
    return "hotline/urged" if taken else "hotline/urged_before"
