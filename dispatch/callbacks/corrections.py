"""Corrections (更正告知): what turned out wrong, and the call that each who was told it is owed."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import Session, aliased

from dispatch.answering.decision import Channel
from dispatch.callbacks import contacting
from dispatch.callbacks.callbacks import owe_callback
from dispatch.callbacks.correction_list import Correction, Wanted, listed, somebody_was_told
from dispatch.callbacks.correction_people import Told, told_of
from dispatch.callbacks.correction_words import Words, asked, words
from dispatch.calls import calls, tellings
from dispatch.calls.calls import Step
from dispatch.clocks import rules
from dispatch.tickets import intake
from dispatch.tickets.history import write_step
from dispatch.tickets.states import State
from dispatch.tickets.steps import ReferralError
from dispatch.tickets.tickets import Klass, Ticket, Urgency, guarded, next_number
from hotline import audit
from hotline.accounts.accounts import Account
from hotline.accounts.roles import Permission
from hotline.database import insert_into
from hotline.settings import Settings
from hotline.times import local_day
from knowledge_base.entries import Entry, EntryVersion
from knowledge_base.entries import State as EntryState
from knowledge_base.stages import Stage


def was_wrong(session: Session, version: EntryVersion) -> bool:
    """Whether what this version said was withdrawn, a later one says that it was wrong, or a later one that said the
    same was withdrawn; and of each version while the whole entry stands withdrawn."""
    session.flush()
    return session.scalar(select(EntryVersion.id).where(EntryVersion.id == version.id, _wrong())) is not None


def wrong_and_told() -> Select[EntryVersion]:
    """The versions that were wrong and that somebody was told, the latest ended first."""
    found = select(EntryVersion).where(_wrong(), somebody_was_told())
    return found.order_by(EntryVersion.ended_at.desc(), EntryVersion.id.desc())


def _wrong() -> ColumnElement[bool]:
    """Of a version that stands no longer, whether it was replaced or ran out. With the last version the entry itself
    was taken back: nobody said that only its latest words were wrong. What comes after says so, where they were."""
    later = aliased(EntryVersion)
    same = or_(later.answer == EntryVersion.answer, later.spoken == EntryVersion.spoken)
    undone = select(later.id).where(
        later.entry_id == EntryVersion.entry_id, later.number > EntryVersion.number, later.published_at.is_not(None),
        or_(later.corrects, (later.stage == Stage.WITHDRAWN) & same),
    )  # fmt: skip
    whole = aliased(Entry)
    taken_back = select(whole.id).where(whole.id == EntryVersion.entry_id, whole.state == EntryState.WITHDRAWN)
    withdrawn = (EntryVersion.stage == Stage.WITHDRAWN) & EntryVersion.published_at.is_not(None)
    earlier = EntryVersion.stage.in_((Stage.REPLACED, Stage.EXPIRED))
    return or_(withdrawn, earlier & or_(undone.exists(), taken_back.exists()))


def owed_words(session: Session, ticket: Ticket, *, settings: Settings, at: datetime,
               channel: Channel = Channel.MACHINE) -> Words:
    """What is to be told now in the call-back of a ticket: of a correction what holds by now, worked out anew; of any
    other, and once the department has done it again, the reply that was signed."""
    version_id = select(Correction.entry_version_id).where(Correction.ticket_id == ticket.id)
    version = session.scalar(select(EntryVersion).where(EntryVersion.id.in_(version_id)))
    if version is None or ticket.redone:
        return Words(ticket.reply, ticket.reply)
    entry = session.get_one(Entry, version.entry_id)
    return words(session, entry, version, grace_days=settings.update_grace_days, at=at, channel=channel)


def spoken_words(session: Session, ticket: Ticket, *, settings: Settings, at: datetime) -> Words:
    """What the machine says at this moment. Should what holds have changed since the claim, it has no sound yet and
    nobody waits for it: then who is in charge is said."""
    holds = owed_words(session, ticket, settings=settings, at=at)
    return holds if holds.text == ticket.reply else holds.unanswered


def tell(session: Session, call_id: str, ticket: Ticket, told: Words, *, channel: Channel, by: str = "",
         at: datetime) -> None:
    """Note that the person was told, or confirmed what the department had told him; an answer with its evidence, so
    that he is on the list should it prove wrong."""
    if told.answer is None:
        heard = "confirmed" if contacting.answered(session, ticket) else "whole"
        calls.note(session, call_id, Step.TOLD, at=at, ticket=ticket.id, by=by or channel, heard=heard)
        return
    tellings.tell(session, call_id, told.answer, channel=channel, entry_id=told.entry_id,
                  entry_version_id=told.version_id, by=by, at=at)  # fmt: skip


def order(session: Session, version: EntryVersion, numbers: Sequence[str], *, by: Account, settings: Settings,
          at: datetime) -> list[Ticket]:
    """Owe a call to each of these who was told the version, can be reached and isn't owed one yet."""
    if not by.may(Permission.CORRECT):
        raise ReferralError("您的角色不能安排更正告知")
    if not was_wrong(session, version):
        raise ReferralError("该版本未被更正或撤回")
    entry = session.get_one(Entry, version.entry_id)
    text = words(session, entry, version, grace_days=settings.update_grace_days, at=at).text
    keys = session.execute(listed(version, Wanted(numbers=numbers))).all()
    first = {told.number: told for told in told_of(session, version, keys) if told.reachable}
    made = [_ordered(session, version, entry, first[number], text, by=by, settings=settings, at=at)
            for number in dict.fromkeys(numbers) if number in first]  # fmt: skip
    return [ticket for ticket in made if ticket is not None]


def _ordered(session: Session, version: EntryVersion, entry: Entry, told: Told, text: str, *, by: Account,
             settings: Settings, at: datetime) -> Ticket | None:
    """The insert decides between two who order at once."""
    claim = insert_into(session, Correction).values(entry_version_id=version.id, number=told.number, by=by.login, at=at)
    claimed = session.scalar(claim.on_conflict_do_nothing().returning(Correction.id))
    if claimed is None:
        return None
    ticket = _ticket(session, version, entry, told, text, by=by, settings=settings, at=at)
    session.get_one(Correction, claimed).ticket_id = ticket.id
    owe_callback(session, ticket, settings=settings, at=at)
    audit.note(session, "correction.ordered", by=by.login, at=at, about=("ticket", ticket.number), entry=entry.id,
               version=version.number)  # fmt: skip
    return ticket


def _ticket(session: Session, version: EntryVersion, entry: Entry, told: Told, text: str, *, by: Account,
            settings: Settings, at: datetime) -> Ticket:
    held = rules.in_force(session, settings=settings, at=at)
    ticket = Ticket(
        number=next_number(session, prefix=settings.ticket_prefix, at=at), source="correction", klass=Klass.CONSULT,
        state=State.TO_CALL_BACK, title=f"更正告知：{asked(session, entry, version)}"[:120],
        summary=_summary(version, told), call_id=told.call_id, caller=told.caller, contact=told.number,
        department_id=entry.department_id, intake_at=at,
        promised_by=at, promise_extended=0, rules_id=held.id, rules=held,
        reply=text, replied_by=by.login, signed_by=by.login, checked_by=by.login,
        confidential=_was_guarded(session, told),
    )  # fmt: skip
    intake.promise(session, ticket, Urgency.NORMAL, settings=settings)
    session.add(ticket)
    session.flush()
    write_step(session, ticket, "correct", by=by.login, source="", at=at, entry=entry.id, version=version.number)
    return ticket


def _summary(version: EntryVersion, told: Told) -> str:
    how = "被告知" if told.telling is not None else "从工单答复中得知"
    said = f"来电人于{local_day(told.at):%Y-%m-%d}{how}第{version.number}版答复"
    return f"{said}，该版已更正或撤回，须告知更正内容。"


def _was_guarded(session: Session, told: Told) -> bool:
    """Whoever wished not to be known in that call, or by that ticket, isn't made known by a correction."""
    of_call = session.scalars(select(Ticket).where(Ticket.call_id == told.call_id)) if told.call_id else ()
    return any(guarded(ticket) for ticket in (*of_call, *([told.of] if told.of else [])))
