"""`hotline knowledge keys`: what it costs a caller to find a question on the keys of his telephone."""

import json
from dataclasses import asdict

import click
import numpy as np
from rich.console import Console
from rich.table import Table

from cli.opening import opened
from hotline.times import local_day, now
from hotline.voice import prompts
from knowledge_base.search.index import build
from knowledge_base.search.keypad_cost import Cost, Pace, measure

SECONDS_A_KEY = 0.4
SHORTEST = 4  # characters; shorter prompts are mostly their silence


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON line instead of a table.")
def keys(*, as_json: bool) -> None:
    """Measure keys and seconds to the right title, over every published entry and each of its keywords."""
    _, database = opened()
    pace = measured_pace()
    with database.reading() as session:
        costs = measure(build(session, on=local_day(now())), pace)
    if as_json:
        click.echo(json.dumps({"pace": asdict(pace), "ways": {c.way: asdict(c) for c in costs}}, ensure_ascii=False))
    else:
        Console().print(_table(costs))


def measured_pace() -> Pace:
    """How fast our machine speaks, measured on the prompts that were rendered with its voice."""
    locked = json.loads((prompts.HOME / "sounds" / "prompts.lock.json").read_text(encoding="utf-8"))
    spoken = [(sum(c.isalnum() for c in text), locked[name]["seconds"]) for name, text in prompts.texts().items()
              if name in locked]  # fmt: skip
    long = [(characters, seconds) for characters, seconds in spoken if characters >= SHORTEST]
    slope, start = np.polyfit([c for c, _ in long], [s for _, s in long], 1)
    before = locked["question_1"]["seconds"]
    return Pace(SECONDS_A_KEY, round(max(float(start), 0.0), 3), round(float(slope), 3), before)


def _table(costs: list[Cost]) -> Table:
    table = Table("way", "callers", "in three", "first", "keys", "p90", "seconds", "p90")
    for c in costs:
        table.add_row(c.way, str(c.callers), f"{c.reached:.1%}", f"{c.first:.1%}", f"{c.keys_mean:.1f}",
                      f"{c.keys_p90:.0f}", f"{c.seconds_mean:.1f}", f"{c.seconds_p90:.1f}")  # fmt: skip
    return table
