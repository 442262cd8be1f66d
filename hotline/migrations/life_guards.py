"""The triggers that keep a ticket to the table of its life, and its lines as they were from each migration on.

A migration that copies `ticket` or `ticket_step` (batch mode on SQLite) puts them up again."""

from collections.abc import Collection

import sqlalchemy as sa
from alembic import op

BEGINNINGS = ("to_dispatch", "to_call_back")
ADDED = {
    "0028": (
        "dispatch:to_dispatch>to_accept", "open:to_accept>to_accept", "accept:to_accept>in_hand",
        "return:to_accept>to_dispatch", "return:in_hand>to_dispatch", "reply:in_hand>in_hand", "sign:in_hand>to_check",
        "send_back:to_check>in_hand", "pass:to_check>to_call_back", "close:to_call_back>closed",
        "redo:to_call_back>in_hand", "settle:to_call_back>closed", "redo_again:to_call_back>in_hand",
        "file:closed>filed",
    ),
    "0038": ("ask_extension:in_hand>in_hand", "extend:in_hand>in_hand", "refuse_extension:in_hand>in_hand"),
    "0041": ("impose:to_dispatch>to_accept",),
    "0042": (
        "ask_facts:in_hand>needs_facts", "give_facts:needs_facts>in_hand", "go_on:needs_facts>in_hand",
        "withdraw:to_dispatch>withdrawn", "withdraw:to_accept>withdrawn", "withdraw:in_hand>withdrawn",
        "withdraw:needs_facts>withdrawn", "void:to_dispatch>void", "not_accept:to_dispatch>not_accepted",
        "pass_on:to_dispatch>passed_on", "file:withdrawn>filed", "file:void>filed", "file:not_accepted>filed",
        "file:passed_on>filed",
    ),
    "0044": ("hand_down:to_dispatch>to_dispatch", "hand_up:to_dispatch>to_dispatch"),
    "0048": (
        "merge:to_dispatch>merged", "merge:to_accept>merged", "merge:in_hand>merged", "unmerge:merged>to_dispatch",
        "follow:merged>to_call_back", "withdraw:merged>withdrawn",
    ),
    "0073": (
        "succeed:to_accept>to_accept", "succeed:in_hand>in_hand", "succeed:needs_facts>needs_facts",
        "succeed:to_check>to_check", "take_away:to_accept>to_dispatch", "take_away:in_hand>to_dispatch",
        "take_away:needs_facts>to_dispatch",
    ),
    "0083": ("decline:in_hand>in_hand",),
}  # fmt: skip
"""What each migration added to the lines, as `action:from>to`."""
STATE, BEGINS, STEP = "no such step leads there", "a ticket does not begin there", "no such step of this ticket"
STAYS = "a step that was taken stays"
TABLES = {"ticket_state": "ticket", "ticket_begins": "ticket", "ticket_step_known": "ticket_step",
          "ticket_step_kept": "ticket_step", "ticket_step_stays": "ticket_step"}  # fmt: skip


def put_up(revision: str) -> None:
    """Have the database refuse whatever the lines don't have, as they were from this migration on."""
    lines = [line for since, added in ADDED.items() if since <= revision for line in added]
    for name, of, unless, words in _guards(lines):
        op.execute(_trigger(name, of, unless, words))


def take_down() -> None:
    """Let everything pass, until they are put up again."""
    for name, table in TABLES.items():
        op.execute(f"DROP TRIGGER {name}" + (f" ON {table}" if _on_postgresql() else ""))
        if _on_postgresql():
            op.execute(f"DROP FUNCTION refuse_{name}()")


def change(revision: str) -> None:
    """Make them anew, with the lines as they were from this migration on."""
    take_down()
    put_up(revision)


def _guards(lines: Collection[str]) -> tuple[tuple[str, str, str, str], ...]:
    """Name, event, what must hold, and what is said where it doesn't."""
    pairs = _listed({line.partition(":")[2] for line in lines})
    actions = _listed({line.partition(":")[0] for line in lines})
    begins = _listed(BEGINNINGS)
    of_the_table = f"NEW.action || ':' || NEW.source || '>' || NEW.target IN ({_listed(lines)})"
    remark = f"NEW.source = NEW.target AND NEW.action NOT IN ({actions})"
    beginning = f"NEW.source = '' AND NEW.target IN ({begins}) AND NEW.action NOT IN ({actions})"
    stands = "NEW.target = (SELECT state FROM ticket WHERE id = NEW.ticket_id)"
    return (
        ("ticket_state", "UPDATE OF state ON ticket",
         f"NEW.state = OLD.state OR OLD.state || '>' || NEW.state IN ({pairs})", STATE),
        ("ticket_begins", "INSERT ON ticket", f"NEW.state IN ({begins})", BEGINS),
        ("ticket_step_known", "INSERT ON ticket_step",
         f"(({of_the_table}) OR ({remark}) OR ({beginning})) AND {stands}", STEP),
        ("ticket_step_kept", "UPDATE ON ticket_step", "1 = 0", STAYS),
        ("ticket_step_stays", "DELETE ON ticket_step", "1 = 0", STAYS),
    )  # fmt: skip


def _trigger(name: str, of: str, unless: str, words: str) -> sa.TextClause:
    if not _on_postgresql():
        text = f"CREATE TRIGGER {name} BEFORE {of} WHEN NOT ({unless}) BEGIN SELECT RAISE(ABORT, '{words}'); END"
        return sa.text(text.replace(":", "\\:"))
    gives = "OLD" if of.startswith("DELETE") else "NEW"
    body = f"BEGIN IF NOT ({unless}) THEN RAISE EXCEPTION '{words}'; END IF; RETURN {gives}; END"
    op.execute(sa.text(f"CREATE FUNCTION refuse_{name}() RETURNS trigger LANGUAGE plpgsql AS $$ {body} $$".replace(":", "\\:")))
    return sa.text(f"CREATE TRIGGER {name} BEFORE {of} FOR EACH ROW EXECUTE FUNCTION refuse_{name}()")


def _listed(names: Collection[str]) -> str:
    return ", ".join(f"'{name}'" for name in sorted(names))


def _on_postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"
