"""Keeps those in reserve in step with the queue: called in while too many wait, else held back."""

from dispatch.line.overflow import Member, changes
from hotline.exchange import actions
from hotline.exchange.errors import ActionRefused
from hotline.exchange.link import Link
from hotline.settings import Settings


def keep(link: Link, *, settings: Settings) -> None:
    """Look how the queue stands, and tell the exchange what is to change. Who has waited long enough reaches them by
    the exchange's own rule, also while nobody keeps this."""
    rows = actions.queue_status(link, settings.queue)
    waiting = sum(row["Event"] == "QueueEntry" for row in rows)
    members = tuple(Member(row["Location"], int(row.get("Penalty") or 0))
                    for row in rows if row["Event"] == "QueueMember")  # fmt: skip
    for one in changes(members, waiting=waiting, most=settings.overflow_waiting):
        try:
            actions.queue_penalty(link, one.interface, one.counts, queue=settings.queue)
        except ActionRefused:  # he has just signed off
            continue
