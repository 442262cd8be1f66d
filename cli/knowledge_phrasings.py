"""`hotline knowledge phrasings`: what each month's phrasings brought, measured now."""

import json
from dataclasses import asdict

import click
from rich.console import Console
from rich.table import Table

from cli.opening import opened
from hotline.times import local_day, now
from knowledge_base import measured
from knowledge_base.search.replay import builder
from knowledge_base.worth import Worth


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON line instead of a table.")
def phrasings(*, as_json: bool) -> None:
    """Ask again what was asked and confirmed, with each month's phrasings and without; keep it for the pages."""
    _, database = opened()
    with database.reading() as session:
        worths, led = measured.measure(session, builder(session, on=local_day(now())))
    with database.writing() as session:
        measured.keep(session, worths, led, at=now())
    if as_json:
        months = [{**asdict(w), "month": f"{w.month:%Y-%m}"} for w in worths]
        click.echo(json.dumps({"months": months, "astray": [asdict(one) for one in led if one.astray]}))
    elif worths:
        Console().print(_table(worths))
    else:
        click.echo("Nothing to measure yet: it takes approved phrasings and questions whose answer was confirmed.")


def _table(worths: list[Worth]) -> Table:
    table = Table("month", "phrasings", "askings", "s@1", "without", "s@5", "without")
    for w in worths:
        table.add_row(f"{w.month:%Y-%m}", str(w.phrasings), str(w.askings), f"{w.s1:.1%}", f"{w.s1_without:.1%}",
                      f"{w.s5:.1%}", f"{w.s5_without:.1%}")  # fmt: skip
    return table
