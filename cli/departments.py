"""`hotline departments`: who stands behind the hotline, by the same rules as on the page."""

import click
from rich.console import Console
from rich.table import Table
from sqlalchemy import select

from cli.opening import opened
from hotline.accounts.accounts import Account
from hotline.accounts.roles import Role
from hotline.directory.departments import Department
from hotline.times import now
from knowledge_base import register
from knowledge_base.errors import Unfit
from knowledge_base.forms import typed
from knowledge_base.forms.annex_1 import COUNTIES, LEVELS

BY = Account(login="command line", role=Role.CITY_OFFICE)
NAMES = {code: name for name, code in COUNTIES.items()}


@click.group()
def departments() -> None:
    """The departments behind the hotline."""


@departments.command(name="list")
def list_all() -> None:
    """List every department by the code that callers key."""
    _, database = opened()
    table = Table("code", "name", "level", "county", "until")
    with database.reading() as session:
        for row in session.scalars(select(Department).order_by(Department.code)):
            table.add_row(row.code, row.name, row.level, row.county_code, str(row.effective_to or ""))
    Console().print(table)


@departments.command()
@click.argument("name")
@click.option("--short-name", required=True, help="What people call it.")
@click.option("--level", default="city", show_default=True, type=click.Choice([*LEVELS.values()]), help="Whose it is.")
@click.option("--county", default="", help="Six-digit code of the county, for its departments.")
@click.option("--code", default="", help="Three digits that callers key; the next free one without.")
@click.option("--category", default="", help="Under which the public pages list it.")
def add(name: str, short_name: str, level: str, county: str, code: str, category: str) -> None:
    """Register a department and print its code."""
    words = {code: word for word, code in LEVELS.items()}
    values, faults = typed.understood(register.FIELDS, {
        "name": name, "short_name": short_name, "level": words[level], "county_code": NAMES.get(county, county),
        "code": code, "category": category,
    })  # fmt: skip
    _, database = opened()
    try:
        if faults:
            raise Unfit(faults)
        with database.writing() as session:
            given = register.add(session, values, by=BY, at=now()).code
    except Unfit as refused:
        told = "; ".join(f"{key}: {why}" for key, why in refused.faults.items())
        raise click.ClickException(told) from None
    click.echo(f"{name} has the code {given}")
