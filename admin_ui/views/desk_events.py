"""The stream that tells a browser that something changed on its desk; what it is, it fetches as a card."""

import json
import queue
from collections.abc import Iterator

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue
from flask_login import current_user

from admin_ui.fan_out import FanOut
from admin_ui.guards import needs
from admin_ui.house import House, house, me
from hotline.accounts.accounts import Account
from hotline.accounts.roles import Permission
from hotline.events import Event

blueprint = Blueprint("desk_events", __name__, url_prefix="/desk")
BEAT = 10.0  # seconds without an event after which we say that we are still here
RETRY = 2000  # milliseconds after which a browser that lost us asks again


@blueprint.get("/events")
@needs(Permission.DESK)
def events() -> ResponseReturnValue:
    """Server-sent events of one account, until it is locked or signs out everywhere."""
    stream = _stream(house(), me().id, current_user.get_id())
    return Response(stream, mimetype="text/event-stream", headers={"X-Accel-Buffering": "no"})


def _stream(home: House, account_id: int, mark: str) -> Iterator[str]:
    listener = home.fan_out.join(account_id)
    try:
        yield f"retry: {RETRY}\n: welcome\n\n" + _state(home.fan_out)
        while True:
            try:
                event = listener.waiting.get(timeout=BEAT)
            except queue.Empty:
                if not _still_in(home, mark):
                    return
                yield ": still here\n\n" + _state(home.fan_out)
            else:
                yield _told(event) if event.kind else _state(home.fan_out)
    finally:
        home.fan_out.leave(listener)


def _state(fan_out: FanOut) -> str:
    """Whether events come at all; while they don't, the page looks by itself."""
    return f"event: {'live' if fan_out.live else 'blind'}\ndata: {{}}\n\n"


def _told(event: Event) -> str:
    said = {"kind": event.kind, "call": event.call_id, "sequence": event.sequence}
    return f"event: desk\ndata: {json.dumps(said)}\n\n"


def _still_in(home: House, mark: str) -> bool:
    given, _, epoch = mark.partition(":")
    with home.database.reading() as session:
        account = session.get(Account, int(given))
    return account is not None and account.may(Permission.DESK) and str(account.epoch) == epoch
