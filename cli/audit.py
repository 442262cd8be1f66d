"""`hotline audit`: seal the trail, and find a row that was changed."""

import click

from cli.opening import opened
from hotline.audit import chain
from knowledge_base import verifying


@click.group()
def audit() -> None:
    """The audit trail."""


@audit.command()
def verify() -> None:
    """Walk the chain from its beginning, and hold the ledger of reviews and what is published against it; fails when
    a row was changed, moved, added or taken away, or an answer no longer says what was reviewed."""
    _, database = opened()
    with database.writing() as session:
        chain.seal(session)
    with database.reading() as session:
        breaks = list(chain.verify(session))
        place, digest = chain.head(session)
        faults = list(verifying.verify(session))
    for found in breaks[:20]:
        click.echo(f"place {found.place} (row {found.row_id}): {found.reason}", err=True)
    for fault in faults[:20]:
        click.echo(f"{fault.thing} {fault.reason}", err=True)
    if breaks or faults:
        raise click.ClickException(f"The audit trail does not hold: {len(breaks) + len(faults)} places.")
    click.echo(f"The audit trail holds: {place} rows, head {digest}")


@audit.command()
def head() -> None:
    """Print the chain's head: the line to keep elsewhere every day."""
    _, database = opened()
    with database.reading() as session:
        place, digest = chain.head(session)
    click.echo(f"{place} {digest}")
