"""The timelines of calls, printed as they happen."""

from collections.abc import Callable
from threading import Event as Flag

from sqlalchemy import select

from dispatch.calls.calls import Call, CallStep, Step
from hotline.database import Database
from hotline.logs import mask
from hotline.times import local

HIDDEN = {"place"}


def follow(database: Database, over: Flag, say: Callable[[str], None]) -> None:
    """Print each new line of every call's timeline until `over` is set."""
    last = _newest(database)
    while not over.wait(0.3):
        with database.reading() as session:
            query = select(CallStep, Call).join(Call).where(CallStep.id > last).order_by(CallStep.id)
            for step, call in session.execute(query):
                say(_line(step, call))
                last = step.id


def _line(step: CallStep, call: Call) -> str:
    details = "  ".join(f"{k}={v}" for k, v in step.detail.items() if v not in ("", None) and k not in HIDDEN)
    if step.kind == Step.ENDED and call.outcome:
        details = f"outcome={call.outcome}"
    return f"  {local(step.at):%H:%M:%S}  {call.id[-12:]}  {mask(call.caller):<12} {step.kind:<11} {details}"


def _newest(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(CallStep.id).order_by(CallStep.id.desc()).limit(1)) or 0
