"""The command `hotline`."""

import click

from cli import accounts, audit, database, demo, doctor, exchange_command, knowledge, processes, recordings, up
from hotline.settings import SettingsError


class Plain(click.Group):
    """A group whose settings' errors are told in plain words."""

    def invoke(self, context: click.Context) -> object:
        try:
            return super().invoke(context)
        except SettingsError as error:
            raise click.ClickException(str(error)) from None


@click.group(cls=Plain, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="hotline-96128")
def main() -> None:
    """The hotline 96128: run it, look after it, ask it."""


for command in (up.up, processes.agi, processes.listen, processes.web, processes.public, processes.worker,
                processes.voice, processes.hear, demo.demo, doctor.doctor, accounts.accounts, knowledge.knowledge,
                audit.audit, recordings.recordings, database.database, exchange_command.asterisk):  # fmt: skip
    main.add_command(command)

if __name__ == "__main__":
    main()
