"""`hotline knowledge`: ask the knowledge base what a caller would ask it."""

import click
from rich.console import Console
from rich.table import Table

from cli.knowledge_evaluate import evaluate
from cli.knowledge_keys import keys
from cli.knowledge_phrasings import phrasings
from cli.knowledge_rebuild import rebuild
from cli.opening import opened
from dispatch.answering.answers import offered
from dispatch.answering.decision import Answer, Channel
from hotline.times import local_day, now
from knowledge_base.search.index import build


@click.group()
def knowledge() -> None:
    """The knowledge base."""


for command in (evaluate, keys, phrasings, rebuild):
    knowledge.add_command(command)


@knowledge.command()
@click.argument("words")
@click.option("--most", default=5, show_default=True, help="How many entries to show.")
@click.option("--channel", type=click.Choice(list(Channel)), default=Channel.MACHINE, show_default=True)
def ask(words: str, most: int, channel: str) -> None:
    """Find entries for WORDS, and say of each whether it may be answered."""
    settings, database = opened()
    grace, table = settings.update_grace_days, Table("score", "question", "department", "may be said", "why")
    with database.reading() as session:
        for match in build(session, on=local_day(now())).search(words, most=most, full=True):
            found = offered(session, match.entry_id, channel=Channel(channel), at=now(), grace_days=grace)
            if found is None:
                continue
            decision = found.decision
            may = decision.form if isinstance(decision, Answer) else "name and phone"
            table.add_row(str(match.score), found.entry.question, found.department.short_name, may, decision.reason)
    Console().print(table)
