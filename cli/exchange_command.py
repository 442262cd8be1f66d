"""`hotline asterisk`: the exchange's own configuration, for those who run Asterisk by other means than `hotline up`."""

import os
from pathlib import Path

import click

from cli import dispatcher, draining
from cli.engine import ExchangeError
from cli.exchange_check import check as examine
from cli.exchange_files import write as write_files
from cli.installation import installation
from hotline.settings import PREFIX


@click.group()
def asterisk() -> None:
    """The exchange (Asterisk)."""


@asterisk.command()
def write() -> None:
    """Write what Asterisk includes (ports, phones, passwords), and make the folders that it writes to."""
    here = installation(os.environ)
    try:
        for plan in here.plans():
            for name in plan.folders:
                (plan.folder / name).mkdir(parents=True, exist_ok=True)
            click.echo(f"Written to {write_files(plan)}; mount it at /etc/asterisk/generated.")
        if here.settings.dispatcher:
            click.echo(f"Written to {dispatcher.write(here)}, for Kamailio.")
    except ExchangeError as error:
        raise click.ClickException(str(error)) from None


@asterisk.command()
@click.argument("node")
@click.option("--back", is_flag=True, help="It takes calls again.")
def drain(node: str, back: bool) -> None:
    """Let one of several exchanges take no new calls: those that it has go on, and the queues pass to another."""
    try:
        draining.drain(installation(os.environ).settings, node, back=back)
    except ExchangeError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{node} takes calls again." if back else f"{node} takes no new calls.")


@asterisk.command()
@click.option("--folder", type=click.Path(path_type=Path, file_okay=False), default=None,
              help="Folder of the installation; else that of the settings.")  # fmt: skip
def check(folder: Path | None) -> None:
    """Load what was written in the real Asterisk, without any network, and tell everything that is wrong."""
    try:
        wrong = examine((folder or Path(os.environ.get(PREFIX + "FOLDER", "var"))).resolve())
    except ExchangeError as error:
        raise click.ClickException(str(error)) from None
    for words in wrong:
        click.echo(words)
    if wrong:
        raise click.ClickException(f"{len(wrong)} things are wrong with the exchange's configuration.")
    click.echo("Nothing is wrong with the exchange's configuration.")
