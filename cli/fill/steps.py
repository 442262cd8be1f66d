"""Lines of an invented ticket's history."""

from datetime import datetime

from cli.fill.paper import Paper
from dispatch.tickets.tickets import TicketStep

WHY = "演示数据"


def note(paper: Paper, ticket_id: int, line: tuple[str, str, str], by: str, at: datetime, **detail: str | int) -> None:
    """Note one; `line`: what was done, from which state to which."""
    action, source, target = line
    paper.number(TicketStep, {"ticket_id": ticket_id, "at": at, "by": by, "action": action, "source": source,
                              "target": target, "why": WHY, "detail": detail})  # fmt: skip
