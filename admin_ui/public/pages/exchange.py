"""Where 12345 passes matters to us: signed, once under each number, and whatever is wrong is named by its field."""

import json
from collections.abc import Callable

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from admin_ui.public.limits import limiter, of
from admin_ui.public.lobby import lobby, now, writing
from dispatch.passed import passed, passed_additions, passed_codes
from dispatch.passed.passed import Came, Outcome, Taken
from dispatch.passed.passed_additions import Added
from dispatch.passed.passed_matters import SOURCE
from dispatch.tickets.tickets import Ticket
from hotline.telling import webhooks
from hotline.telling.webhooks import Webhook
from hotline.times import local

blueprint = Blueprint("exchange", __name__, url_prefix="/exchange/v1")
UNKEPT = {"Cache-Control": "no-store"}
CODES = {Outcome.TAKEN: 201, Outcome.KNOWN: 200, Outcome.FAULTY: 422, Outcome.DIFFERENT: 409}
ADDED = {Added.TAKEN: 201, Added.KNOWN: 200, Added.BY_HAND: 202, Added.OVER: 409, Added.FAULTY: 422}
Take = Callable[[Session, dict[str, object], Came], tuple[dict[str, object], int]]


@blueprint.post("/matters")
@limiter.limit(of("exchange_limit"))
def matters() -> ResponseReturnValue:
    """Take one matter in. Who isn't known learns nothing but that."""

    def take(session: Session, given: dict[str, object], came: Came) -> tuple[dict[str, object], int]:
        done = passed.take(session, given, came, settings=lobby().settings, at=now())
        return _told(done), CODES[done.outcome]

    return _received(take)


@blueprint.post("/additions")
@limiter.limit(of("exchange_limit"))
def additions() -> ResponseReturnValue:
    """Take what a caller adds at 12345 to a matter that it passed."""

    def take(session: Session, given: dict[str, object], came: Came) -> tuple[dict[str, object], int]:
        became, ticket, faults = passed_additions.take(session, given, came, settings=lobby().settings, at=now())
        return _standing(ticket) if ticket is not None else {"faults": faults}, ADDED[became]

    return _received(take)


def _received(take: Take) -> ResponseReturnValue:
    """What is signed and can be read is taken; what can't be read is kept for a person."""
    body = request.get_data(cache=False)
    with writing() as session:
        hook = _sender(session, body)
        if hook is None:
            return jsonify({"faults": {"signature": "签名、时间或接口编号不符"}}), 401, UNKEPT
        came = Came(SOURCE, hook.id)
        given = _read(body)
        if given is None:
            row = passed.unreadable(session, body, came, at=now())
            return jsonify({"faults": row.faults}), 400, UNKEPT
        told, code = take(session, given, came)
        return jsonify(told), code, UNKEPT


def _sender(session: Session, body: bytes) -> Webhook | None:
    heads = request.headers
    partner = heads.get("X-Hotline-Partner", "")
    if not (partner.isascii() and partner.isdigit() and len(partner) <= 9):
        return None
    return webhooks.sender(session, int(partner), heads.get("X-Hotline-Signature", ""), body=body, at=now(),
                           moment=heads.get("X-Hotline-Timestamp", ""), settings=lobby().settings)  # fmt: skip


def _read(body: bytes) -> dict[str, object] | None:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _told(done: Taken) -> dict[str, object]:
    if done.row.ticket is None:
        return {"faults": done.row.faults}
    ticket = done.row.ticket
    return {**_standing(ticket), "query_code": passed_codes.of(ticket, settings=lobby().settings)}


def _standing(ticket: Ticket) -> dict[str, object]:
    return {"number": ticket.number, "foreign_number": ticket.foreign_number, "state": ticket.state,
            "promised_by": local(ticket.promised_by).isoformat()}  # fmt: skip
