"""The command `hotline`: what a command needs is loaded when that command is called, and not before."""

from importlib import import_module

import click

from hotline.settings import SettingsError

COMMANDS = {
    "up": "cli.up", "demo": "cli.demo", "doctor": "cli.doctor",
    **dict.fromkeys(("agi", "listen", "web", "public", "worker", "voice", "hear"), "cli.processes"),
    "accounts": "cli.accounts", "knowledge": "cli.knowledge", "audit": "cli.audit", "recordings": "cli.recordings",
    "database": "cli.database", "asterisk": "cli.exchange_command", "departments": "cli.departments",
}  # fmt: skip


class Plain(click.Group):
    """A group whose settings' errors are told in plain words, and whose commands are found by their names."""

    def invoke(self, context: click.Context) -> object:
        try:
            return super().invoke(context)
        except SettingsError as error:
            raise click.ClickException(str(error)) from None

    def list_commands(self, context: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        found: click.Command = getattr(import_module(COMMANDS[name]), name)
        return found


@click.group(cls=Plain, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="hotline-96128")
def main() -> None:
    """The hotline 96128: run it, look after it, ask it."""


if __name__ == "__main__":
    main()
