"""A case to be taken out of the house: ticket, timeline and recordings in one archive, sealed by a list of hashes."""

import hashlib
import json
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict
from datetime import datetime
from typing import Any, BinaryIO

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from dispatch.calls.calls import Call
from dispatch.tickets import case_calls, colleague_notes, reach
from dispatch.tickets.ticket_files import Content
from dispatch.tickets.tickets import Ticket
from hotline import audit
from hotline.accounts.accounts import Account
from hotline.audit import AuditRow
from hotline.database import Database
from hotline.kept.reading import digest
from hotline.logs import mask
from recordings import masked, masking
from recordings.archive import Archive
from recordings.errors import RecordingError
from recordings.listening import Purpose
from recordings.masking import Stretch
from recordings.recordings import Recording, State

Masks = Mapping[int, Sequence[Stretch]]
"""What nobody hears of each recording, by its id."""
LIST = "SHA256SUMS"
_NOT_WHOLE = "录音{}与入库时不符，不能导出"
README = "请先读我-README.txt"
DEED = "case.taken_out"
_HOW = """{number}

这个压缩包是热线一张工单的完整卷宗：工单、办理经过、通话时间线和原始录音。
This archive holds one case of the hotline: the ticket, its steps, the timeline of the call, the original recordings.

怎样核对 / How to check it

1. 每个文件的 SHA-256 都写在 {list} 里。解压后在该目录运行：
      sha256sum -c {list}      （macOS：shasum -a 256 -c {list}）
   Windows 没有这条命令：certutil -hashfile 文件名 SHA256，逐个对照。
   任何一个文件改动过一个字节，结果就不相符。
   {list} has the SHA-256 of every file. Unpack, and run the line above: a file of which one byte was changed fails.
   Windows has no such command: certutil -hashfile NAME SHA256, file by file.
2. {list} 自身的 SHA-256 记在热线的审计链里（操作 {deed}）。请热线管理单位运行：
      hotline recordings check-case 压缩包.zip
   它核对每个文件，并在审计链中找出这份卷宗是何人、何时、为何取出的。
   The SHA-256 of {list} itself stands in the hotline's audit trail; the office runs the line above.
3. 录音是交换机写下的原始文件，没有调整音量，没有有损压缩；其 SHA-256 在通话结束时已登记。
   The recordings are the very files that the exchange wrote; their SHA-256 was noted when the call was over.
   遮蔽过的录音（case.json 中写明起止秒数）以提示音代替私密内容；原始录音封存在热线，其 SHA-256 见 case.json。
   Where a recording is masked (case.json says from which second to which), a tone stands for what is private; the
   original stays sealed at the hotline, and its SHA-256 is the one in case.json.
"""
_LACKS = """
不在其中的附件 / Files that are not in it

取出时下列附件已不在热线，或与登记不符；登记的大小和 SHA-256 如下。
When the case was taken out, the hotline had these files no more, or not as noted; size and SHA-256 are those noted.
"""
_MARK = "# missing: "
"""Begins the lines of the list that name what was missing already; whoever checks hashes passes over them."""


def sounds_of(session: Session, ticket: Ticket, *, account: Account, at: datetime) -> list[Recording]:
    """The recordings of the case that this account may hear; RecordingError where a second person must consent."""
    mine = or_(Recording.id == ticket.recording_id, Recording.call_id.in_(case_calls.of(session, ticket)))
    whole = select(Recording.id).where(mine, Recording.state == State.COMPLETE).order_by(Recording.id)
    rows = [row for one in session.scalars(whole).all() if (row := reach.recording(session, one, account=account))]
    if any(reach.must_ask(session, row, account=account, at=at) for row in rows):
        raise RecordingError("来电人要求保密：须另一人同意收听后才能导出")
    return rows


def still_fit(session: Session, ticket: Ticket, masks: Masks, *, account: Account, at: datetime) -> None:
    """RecordingError when what was packed is not what this account may have by now: it took its time, and a stretch was
    masked meanwhile, or the caller wished secrecy."""
    sounds = sounds_of(session, ticket, account=account, at=at)
    if masking.masked_of_each(session, sounds) != masks:
        raise RecordingError("导出期间录音的遮蔽或去留有变动，请重新导出")


def facts(session: Session, ticket: Ticket, sounds: Sequence[Recording], masks: Masks,
          handed_in: Sequence[Content] = ()) -> dict[str, Any]:  # fmt: skip
    """All that is known of the case, for programs; numbers are masked, and of the caller's name all but its first
    character."""
    call = session.get(Call, ticket.call_id) if ticket.call_id else None
    own = {c.key: getattr(ticket, c.key) for c in Ticket.__table__.columns if c.key not in ("code_digest", "version")}
    own |= {"caller": mask(ticket.caller), "contact": mask(ticket.contact),
            "caller_name": ticket.caller_name and ticket.caller_name[0] + "**"}  # fmt: skip
    return {
        "ticket": own,
        "department": ticket.department.name if ticket.department else "",
        "steps": [{"at": s.at, "by": s.by, "action": s.action, "from": s.source, "to": s.target, "why": s.why}
                  for s in colleague_notes.told(ticket)],
        "call": {"id": call.id, "began_at": call.began_at, "answered_at": call.answered_at, "ended_at": call.ended_at,
                 "outcome": call.outcome, "caller": mask(call.caller)} if call else None,
        "timeline": [{"at": s.at, "kind": s.kind} for s in call.steps] if call else [],
        "recordings": [{"file": name_of(row), "began_at": row.began_at, "seconds": row.seconds, "sha256": row.sha256,
                        "masked": [asdict(stretch) for stretch in masks[row.id]]}
                       for row in sounds],
        "files": [{"file": one.name, "size": one.row.size, "sha256": one.row.sha256, "missing": one.whole is None}
                  for one in handed_in],
    }  # fmt: skip


def name_of(row: Recording) -> str:
    """What a recording is called in the archive."""
    return f"recordings/{row.id}-{row.kind}.wav"


def lacking(handed_in: Sequence[Content]) -> list[str]:
    """The files that are missing, each with the size and the hash that were noted."""
    return [f"{one.name}, {one.row.size} bytes, SHA-256 {one.row.sha256}" for one in handed_in if one.whole is None]


def pack(target: BinaryIO, number: str, documents: Mapping[str, bytes], sounds: Iterable[Recording], masks: Masks,
         archive: Archive, *, database: Database, missing: Sequence[str] = ()) -> str:  # fmt: skip
    """Write the archive; the SHA-256 of its list of hashes, which names what is missing, too. RecordingError where a
    sound isn't what was taken in."""
    lacks = _LACKS + "".join(f"- {one}\n" for one in missing) if missing else ""
    how = (_HOW.format(number=number, list=LIST, deed=DEED) + lacks).encode()
    lines = [f"{_MARK}{one}\n" for one in missing]
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in {README: how, **documents}.items():
            packed.writestr(name, content)
            lines.append(_line(hashlib.sha256(content).hexdigest(), name))
        for row in sounds:
            lines.append(_line(_put(packed, row, masks[row.id], archive, database), name_of(row)))
        listed = "".join(lines).encode()
        packed.writestr(LIST, listed)
    return hashlib.sha256(listed).hexdigest()


def as_json(known: Mapping[str, Any]) -> bytes:
    """Facts as a text that people can read, too."""
    return json.dumps(known, ensure_ascii=False, indent=2, default=_said).encode()


def taken_out(session: Session, ticket: Ticket, *, digest: str, purpose: Purpose, by: str, at: datetime) -> None:
    """Note who takes the case out, what for, and the digest that the archive is known by."""
    audit.note(session, DEED, by=by, at=at, about=("ticket", ticket.number), purpose=purpose, list_sha256=digest)


def check(packed: BinaryIO) -> tuple[str, list[str], list[str]]:
    """The digest of the archive's list, what in it doesn't hold, and what was missing when it was taken out, in
    words."""
    try:
        with zipfile.ZipFile(packed) as opened:
            listed = opened.read(LIST)
            lines = listed.decode().splitlines()
            missing = [line.removeprefix(_MARK) for line in lines if line.startswith(_MARK)]
            hashed = (line.split("  ", 1) for line in lines if not line.startswith(_MARK))
            told = {name: sha256 for sha256, name in hashed}
            faults = [f"{name} was changed" for name, sha256 in told.items()
                      if name in opened.namelist() and _digest(opened, name) != sha256]  # fmt: skip
            faults += [f"{name} is missing" for name in sorted(set(told) - set(opened.namelist()))]
            faults += [f"{name} was added" for name in sorted(set(opened.namelist()) - set(told) - {LIST})]
    except (zipfile.BadZipFile, KeyError, ValueError) as fault:
        raise RecordingError(f"this is no case of ours: {fault}") from None
    return hashlib.sha256(listed).hexdigest(), faults, missing


def noted(session: Session, digest: str) -> AuditRow | None:
    """The row of the audit trail that tells of the archive with this list."""
    rows = session.scalars(select(AuditRow).where(AuditRow.deed == DEED))
    return next((row for row in rows if row.details.get("list_sha256") == digest), None)


def _put(packed: zipfile.ZipFile, row: Recording, masks: Sequence[Stretch], archive: Archive,
         database: Database) -> str:  # fmt: skip
    """Write the sound, masked where it is to be; its SHA-256. RecordingError where the original isn't whole."""
    if masks and not _whole(row, archive, database):
        raise RecordingError(_NOT_WHOLE.format(row.id))
    made = hashlib.sha256()
    opened = masked.opened(archive, row, masks, database=database)
    with closing(opened) as content, packed.open(name_of(row), "w") as out:
        for start in range(0, content.size, 1 << 20):
            part = content.part(start, 1 << 20)
            made.update(part)
            out.write(part)
    if not masks and made.hexdigest() != row.sha256:
        raise RecordingError(_NOT_WHOLE.format(row.id))
    return made.hexdigest()


def _whole(row: Recording, archive: Archive, database: Database) -> bool:
    with closing(masked.opened(archive, row, (), database=database)) as content:
        return digest(content) == row.sha256


def _digest(opened: zipfile.ZipFile, name: str) -> str:
    with opened.open(name) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]


def _line(sha256: str, name: str) -> str:
    return f"{sha256}  {name}\n"


def _said(value: object) -> str:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
