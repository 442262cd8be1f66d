"""`hotline accounts`: who may sign in."""

import secrets

import click
from rich.console import Console
from rich.table import Table
from sqlalchemy import select

from cli.opening import opened
from hotline import audit
from hotline.accounts import accounts as people
from hotline.accounts.accounts import Account, AccountError
from hotline.accounts.roles import Role
from hotline.directory.departments import by_code
from hotline.times import now

BY = "command line"


@click.group()
def accounts() -> None:
    """Accounts of operators, liaisons, leaders and offices."""


@accounts.command(name="list")
def list_all() -> None:
    """List every account."""
    _, database = opened()
    table = Table("login", "name", "role", "extension", "active")
    with database.reading() as session:
        for row in session.scalars(select(Account).order_by(Account.login)):
            table.add_row(row.login, row.name, row.role, row.extension, "yes" if row.active else "no")
    Console().print(table)


@accounts.command()
@click.argument("login")
@click.option("--name", required=True, help="The person's name.")
@click.option("--role", required=True, type=click.Choice([str(role) for role in Role]), help="What the person may do.")
@click.option("--department", default="", help="Three-digit code of the department, for its people.")
@click.option("--county", default="", help="Six-digit code of the county, for its office.")
@click.option("--extension", default="", help="Extension of the operator's phone.")
def add(login: str, name: str, role: str, department: str, county: str, extension: str) -> None:
    """Add an account and print its first password, once; it must be changed at the first sign-in."""
    _, database = opened()
    password = secrets.token_urlsafe(12)
    with database.writing() as session:
        unit = by_code(session, department) if department else None
        if department and unit is None:
            raise click.ClickException(f"There is no department with the code {department}.")
        try:
            people.add(session, login, name=name, role=Role(role), password=password, county_code=county,
                       department_id=unit.id if unit else None, extension=extension, must_change=True,
                       at=now(), by=BY)  # fmt: skip
        except AccountError as error:
            raise click.ClickException(str(error)) from None
    click.echo(f"{login} may sign in with the password {password}")


@accounts.command()
@click.argument("login")
def lock(login: str) -> None:
    """Lock an account and end its sessions."""
    _, database = opened()
    with database.writing() as session:
        account = people.by_login(session, login)
        if account is None:
            raise click.ClickException(f"There is no account {login}.")
        account.active, account.epoch = False, account.epoch + 1
        audit.note(session, "account.locked", by=BY, at=now(), about=("account", account.id))
    click.echo(f"{login} is locked.")
