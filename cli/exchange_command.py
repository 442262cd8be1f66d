"""`hotline asterisk`: the exchange's own configuration, for those who run Asterisk by other means than `hotline up`."""

import os

import click

from cli.engine import ExchangeError
from cli.exchange_files import FOLDERS
from cli.exchange_files import write as write_files
from cli.installation import installation


@click.group()
def asterisk() -> None:
    """The exchange (Asterisk)."""


@asterisk.command()
def write() -> None:
    """Write what Asterisk includes (ports, phones, passwords), and make the folders that it writes to."""
    plan = installation(os.environ).plan()
    for name in FOLDERS:
        (plan.folder / name).mkdir(parents=True, exist_ok=True)
    try:
        click.echo(f"Written to {write_files(plan)}; mount it at /etc/asterisk/generated.")
    except ExchangeError as error:
        raise click.ClickException(str(error)) from None
