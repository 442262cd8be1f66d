"""Whether a caller may be handed to a department, and what its liaison is told beforehand."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from dispatch.tickets.complained_of import meant
from dispatch.tickets.tickets import GUARDED, Klass, Ticket, guarded
from hotline.directory.departments import Department
from knowledge_base.personal import masked

LONGEST_SUMMARY = 80
_SPOKEN = {Klass.CONSULT: "咨询", Klass.HELP: "求助", Klass.SUGGESTION: "建议", Klass.PRAISE: "表扬"}


class TransferError(Exception):
    """A transfer that may not or can't be made; the text is fit for a person."""


def forbid(session: Session, department: Department, *, klass: Klass, confidential: bool, complained_of: str,
           written: Sequence[Ticket]) -> None:
    """TransferError when the caller may not be handed there: of 投诉, 举报 and secrecy a department gets the written
    summary alone, and who is complained of is never spoken to. `written`: what was written down in this call."""
    if klass in GUARDED:
        raise TransferError("投诉、举报事项不得转接承办单位，请登记转办")
    if confidential or any(ticket.confidential for ticket in written):
        raise TransferError("来电人要求保密，不得转接承办单位")
    named = [complained_of, *(ticket.complained_of for ticket in written)]
    handed = [ticket.department_id for ticket in written if guarded(ticket)]
    if any(meant(session, department, name) for name in named) or department.id in handed:
        raise TransferError("被反映单位不得作为转接对象")


def whispered(department: Department, *, klass: Klass, summary: str) -> str:
    """What the liaison hears before he meets the caller: the department, the class, the matter; nobody's number or
    name."""
    matter = masked(summary.strip())[:LONGEST_SUMMARY].rstrip("。！？")
    return f"转接{department.short_name}。{_SPOKEN[klass]}事项。{matter}。"
