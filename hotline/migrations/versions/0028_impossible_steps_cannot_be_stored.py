"""What the table of a ticket's life doesn't have can't be stored, and no step that was is changed or taken away.

The lines stand here as they were; when the table changes, a later migration makes the triggers anew. A migration that
copies one of the two tables (batch mode on SQLite) has to make them anew too."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0023"
branch_labels = None
depends_on = None

BEGINNINGS = ("to_dispatch", "to_call_back")
LINES = (
    "dispatch:to_dispatch>to_accept", "open:to_accept>to_accept", "accept:to_accept>in_hand",
    "return:to_accept>to_dispatch", "return:in_hand>to_dispatch", "reply:in_hand>in_hand", "sign:in_hand>to_check",
    "send_back:to_check>in_hand", "pass:to_check>to_call_back", "close:to_call_back>closed",
    "redo:to_call_back>in_hand", "settle:to_call_back>closed", "redo_again:to_call_back>in_hand", "file:closed>filed",
)  # fmt: skip
STATE, BEGINS, STEP = "no such step leads there", "a ticket does not begin there", "no such step of this ticket"


def upgrade() -> None:
    for name, of, unless, words in _guards():
        op.execute(_trigger(name, of, unless, words))


def downgrade() -> None:
    for name, of, *_ in _guards():
        table = of.split()[-1]
        op.execute(f"DROP TRIGGER {name}" + (f" ON {table}" if _on_postgresql() else ""))
        if _on_postgresql():
            op.execute(f"DROP FUNCTION refuse_{name}()")


def _guards() -> tuple[tuple[str, str, str, str], ...]:
    """Name, event, what must hold, and what is said where it doesn't."""
    pairs = _listed({line.partition(":")[2] for line in LINES})
    actions = _listed({line.partition(":")[0] for line in LINES})
    begins = _listed(BEGINNINGS)
    of_the_table = f"NEW.action || ':' || NEW.source || '>' || NEW.target IN ({_listed(LINES)})"
    remark = f"NEW.source = NEW.target AND NEW.action NOT IN ({actions})"
    beginning = f"NEW.source = '' AND NEW.target IN ({begins}) AND NEW.action NOT IN ({actions})"
    stands = "NEW.target = (SELECT state FROM ticket WHERE id = NEW.ticket_id)"
    return (
        ("ticket_state", "UPDATE OF state ON ticket",
         f"NEW.state = OLD.state OR OLD.state || '>' || NEW.state IN ({pairs})", STATE),
        ("ticket_begins", "INSERT ON ticket", f"NEW.state IN ({begins})", BEGINS),
        ("ticket_step_known", "INSERT ON ticket_step",
         f"(({of_the_table}) OR ({remark}) OR ({beginning})) AND {stands}", STEP),
        ("ticket_step_kept", "UPDATE ON ticket_step", "1 = 0", "a step that was taken stays"),
        ("ticket_step_stays", "DELETE ON ticket_step", "1 = 0", "a step that was taken stays"),
    )  # fmt: skip


def _trigger(name: str, of: str, unless: str, words: str) -> sa.TextClause:
    if not _on_postgresql():
        text = f"CREATE TRIGGER {name} BEFORE {of} WHEN NOT ({unless}) BEGIN SELECT RAISE(ABORT, '{words}'); END"
        return sa.text(text.replace(":", "\\:"))
    gives = "OLD" if of.startswith("DELETE") else "NEW"
    body = f"BEGIN IF NOT ({unless}) THEN RAISE EXCEPTION '{words}'; END IF; RETURN {gives}; END"
    op.execute(sa.text(f"CREATE FUNCTION refuse_{name}() RETURNS trigger LANGUAGE plpgsql AS $$ {body} $$".replace(":", "\\:")))
    return sa.text(f"CREATE TRIGGER {name} BEFORE {of} FOR EACH ROW EXECUTE FUNCTION refuse_{name}()")


def _listed(names: object) -> str:
    return ", ".join(f"'{name}'" for name in sorted(names))  # type: ignore[call-overload]


def _on_postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"
