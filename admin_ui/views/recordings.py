"""The sound of a recording, and its shape, for those within whose reach it is; each hearing is noted, and what for."""

import hashlib
from collections.abc import Callable
from functools import partial
from math import isfinite

from flask import Blueprint, Response, abort, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from admin_ui.guards import needs
from admin_ui.house import house, me, now, reading, writing
from admin_ui.paging import wish_code
from admin_ui.sending import sent
from dispatch.calls.calls import Call
from dispatch.calls.marks import marks
from dispatch.tickets import hearing, reach
from dispatch.tickets.hearing import Hearing, Masks
from hotline.accounts.roles import Permission
from hotline.database import Database
from hotline.kept.reading import Bytes, file
from recordings import audio, listening, masked, masking, two_hands
from recordings.archive import archive
from recordings.errors import RecordingError
from recordings.listening import Purpose
from recordings.masking import Stretch
from recordings.recordings import Kind, Recording, State
from recordings.two_hands import Wish
from recordings.while_allowed import WhileAllowed

blueprint = Blueprint("recordings", __name__, url_prefix="/recordings")


@blueprint.get("/<int:recording_id>/player")
@needs(Permission.HEAR)
def player(recording_id: int) -> ResponseReturnValue:
    """What for? Then the player; before that, where the caller asked for secrecy, a second person's consent."""
    with reading() as session:
        return _player(session, recording_id)


@blueprint.post("/<int:recording_id>/ask")
@needs(Permission.HEAR)
def ask(recording_id: int) -> ResponseReturnValue:
    """Ask for consent to hear what its caller wished to be secret, or what is masked."""
    original = request.form.get("wish") == Wish.ORIGINAL
    if original and not reach.may_ask_original(me()):
        abort(403)
    reason, wish = request.form.get("reason", ""), Wish.ORIGINAL if original else Wish.HEAR
    return _tried(recording_id, lambda session, found: two_hands.ask(
        session, wish, found.call_id, reason=reason, by=me().login, at=now()))  # fmt: skip


@blueprint.post("/<int:recording_id>/marks")
@needs(Permission.MARK)
def mark(recording_id: int) -> ResponseReturnValue:
    """Mark what is private; another has it masked."""
    stretch = Stretch(_seconds("begins"), _seconds("ends"))
    reason = request.form.get("reason", "")
    return _tried(recording_id, lambda session, found: masking.mark(
        session, found, stretch, reason=reason, by=me().login, at=now()))  # fmt: skip


@blueprint.get("/<int:recording_id>/sound")
@needs(Permission.HEAR)
def sound(recording_id: int) -> ResponseReturnValue:
    """The sound, or the range of it that was asked for; never kept by the browser."""
    with writing() as session:
        found, masks = _to_hear(session, recording_id)
        listening.heard(session, found, purpose=_purpose(), by=me().login, afresh=_from_the_beginning(),
                        original=_original(), at=now())  # fmt: skip
    return _sent(found, masks, levelled=True, etag=_etag(found, masks, found.gain, found.gain_house))


@blueprint.get("/<int:recording_id>/file")
@needs(Permission.TAKE_OUT)
def taken_out(recording_id: int) -> ResponseReturnValue:
    """The very file that the exchange wrote, to be taken out of the house; of what is masked the tone."""
    with writing() as session:
        found, masks = _to_hear(session, recording_id)
        listening.taken_out(session, found, purpose=_purpose(), by=me().login, original=_original(), at=now())
    name = f"{found.call_id}-{found.kind}-{found.id}.wav"
    return _sent(found, masks, etag=_etag(found, masks), name=name)


@blueprint.get("/<int:recording_id>/shape")
@needs(Permission.HEAR)
def shape(recording_id: int) -> ResponseReturnValue:
    """How loud it is over its length, drawn, and what began where."""
    with reading() as session:
        found, masks = _to_hear(session, recording_id)
        marked = masking.of(session, found)
        call = session.get(Call, found.call_id) if found.kind == Kind.CALL else None
        places = marks(call.steps, began=found.began_at, seconds=found.seconds or 0.0) if call else []
    with file(_opened(found, masks)) as content:
        return render_template("_shape.html", sides=audio.peaks(content), marks=places, seconds=found.seconds or 1.0,
                               marked=marked, masks=masks)  # fmt: skip


def _player(session: Session, recording_id: int, *, refused: str = "") -> str:
    found = _within_reach(session, recording_id)
    asks = reach.must_ask(session, found, account=me(), at=now())
    wish = Wish.HEAR if asks else Wish.ORIGINAL
    asked = two_hands.asked(session, found.call_id, login=me().login, wish=wish)
    return render_template("_listening.html", sound=found, asks=asks, asked=asked, refused=refused,
                           purpose=_purpose_wished(), original=_original(),
                           marked=masking.of(session, found), masked=masking.masked(session, found),
                           may_ask_original=reach.may_ask_original(me()),
                           hears_original=reach.hears_original(session, found, account=me(), at=now()))  # fmt: skip


def _tried(recording_id: int, deed: Callable[[Session, Recording], object]) -> str:
    """Do it, of a recording within reach, and show the player again; what is refused is said in words."""
    refused = ""
    with writing() as session:
        try:
            deed(session, _within_reach(session, recording_id))
        except RecordingError as fault:
            refused = str(fault)
        return _player(session, recording_id, refused=refused)


def _purpose_wished() -> Purpose | None:
    given = request.form.get("purpose")
    return Purpose(given) if given in list(Purpose) else wish_code("purpose", Purpose)


def _purpose() -> Purpose:
    return wish_code("purpose", Purpose) or abort(400)


def _original() -> bool:
    """Whether what is masked is to be heard, too."""
    return request.args.get("original") == "1"


def _seconds(name: str) -> float:
    given = request.form.get(name, type=float)
    return given if given is not None and isfinite(given) else -1.0


def _from_the_beginning() -> bool:
    """Whether the sound is asked for whole, or a range that begins where it does."""
    return request.range is None or request.range.ranges[0][0] == 0


def _to_hear(session: Session, recording_id: int) -> tuple[Recording, Masks]:
    """The recording, and what of it isn't heard by this one."""
    found = _within_reach(session, recording_id)
    masks = hearing.masks(session, found, account=me(), original=_original(), at=now())
    if masks is None:
        abort(403)
    return found, masks


def _within_reach(session: Session, recording_id: int) -> Recording:
    found = reach.recording(session, recording_id, account=me())
    if found is None or found.state != State.COMPLETE:
        abort(404)
    return found


def _opened(recording: Recording, masks: Masks, *, levelled: bool = False) -> Bytes:
    """The recording, unsealed as it is read."""
    there = archive(house().settings)
    return masked.opened(there, recording, masks, database=house().database, levelled=levelled)


def _sent(recording: Recording, masks: Masks, *, etag: str, levelled: bool = False, name: str = "") -> Response:
    """A sound as an answer, in the ranges that a player asks for, for as long as he may hear it."""
    began = Hearing(recording.id, masks, account_id=me().id, epoch=me().epoch, original=_original())
    content = WhileAllowed(_opened(recording, masks, levelled=levelled), partial(_goes_on, house().database, began))
    return sent(content, media_type="audio/wav", etag=etag, name=name)


def _goes_on(database: Database, began: Hearing) -> bool:
    """Asked while it is sent, when the request is over."""
    with database.reading() as session:
        return began.goes_on(session, at=now())


def _etag(recording: Recording, *of: object) -> str:
    """Another one for another sound: of other masks, another loudness."""
    return hashlib.sha256(repr((recording.sha256, of)).encode()).hexdigest()[:32]
