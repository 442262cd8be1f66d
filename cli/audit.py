"""`hotline audit`: seal the trail, and find a row that was changed."""

import click

from cli.opening import opened
from hotline.audit import chain


@click.group()
def audit() -> None:
    """The audit trail."""


@audit.command()
def verify() -> None:
    """Walk the chain from its beginning; fails when a row was changed, moved or taken away."""
    _, database = opened()
    with database.writing() as session:
        chain.seal(session)
    with database.reading() as session:
        breaks = list(chain.verify(session))
        place, digest = chain.head(session)
    for found in breaks[:20]:
        click.echo(f"place {found.place} (row {found.row_id}): {found.reason}", err=True)
    if breaks:
        raise click.ClickException(f"The audit trail does not hold: {len(breaks)} places.")
    click.echo(f"The audit trail holds: {place} rows, head {digest}")


@audit.command()
def head() -> None:
    """Print the chain's head: the line to keep elsewhere every day."""
    _, database = opened()
    with database.reading() as session:
        place, digest = chain.head(session)
    click.echo(f"{place} {digest}")
