"""Where 12345 passes matters to us: signed, once under each number, and whatever is wrong is named by its field."""

import json
from typing import Any

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from admin_ui.public.limits import limiter, of
from admin_ui.public.lobby import lobby, now, writing
from dispatch import passed
from dispatch.passed import Came, Outcome, Taken
from dispatch.passed_matters import SOURCE
from hotline.telling import webhooks
from hotline.telling.webhooks import Webhook
from hotline.times import local

blueprint = Blueprint("exchange", __name__, url_prefix="/exchange/v1")
UNKEPT = {"Cache-Control": "no-store"}
CODES = {Outcome.TAKEN: 201, Outcome.KNOWN: 200, Outcome.FAULTY: 422, Outcome.DIFFERENT: 409}


@blueprint.post("/matters")
@limiter.limit(of("exchange_limit"))
def matters() -> ResponseReturnValue:
    """Take one matter in. Who isn't known learns nothing but that."""
    body, at = request.get_data(cache=False), now()
    with writing() as session:
        hook = _sender(session, body)
        if hook is None:
            return jsonify({"faults": {"signature": "签名、时间或接口编号不符"}}), 401, UNKEPT
        came = Came(SOURCE, hook.id)
        given = _read(body)
        if given is None:
            row = passed.unreadable(session, body, came, at=at)
            return jsonify({"faults": row.faults}), 400, UNKEPT
        done = passed.take(session, given, came, settings=lobby().settings, at=at)
        return jsonify(_told(done)), CODES[done.outcome], UNKEPT


def _sender(session: Any, body: bytes) -> Webhook | None:
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
    return {"number": ticket.number, "foreign_number": ticket.foreign_number, "state": ticket.state,
            "promised_by": local(ticket.promised_by).isoformat()}  # fmt: skip
