"""The single processes: `hotline agi`, `listen`, `web`, `public`, `worker`, `voice`, `hear`."""

import os

import click

from cli.installation import installation
from cli.priority import NEXT, go_first
from hotline.logs import set_up
from hotline.settings import PREFIX, Settings
from hotline.stopping import stop_flag


def _ready(process: str) -> Settings:
    """Settings for this process; the environment is completed first, so that every module reads the same."""
    set_up(process=process)
    here = installation(os.environ)
    os.environ.update({k: v for k, v in here.environment.items() if k.startswith(PREFIX)})
    return here.settings


@click.command()
def agi() -> None:
    """Answer the exchange's questions (FastAGI)."""
    settings = _ready("agi")
    from agi.core import stay_on_one_core
    from agi.run import PATIENCE, make_server
    from hotline.database import Database
    from hotline.heap import set_aside

    stay_on_one_core()
    go_first(os.getpid(), NEXT)
    server = make_server(settings, Database(settings.database_address, patience=PATIENCE))
    set_aside()
    server.run(drain_within=5.0)


@click.command()
def listen() -> None:
    """Hear the exchange's events and note them (AMI)."""
    settings = _ready("listen")
    from ami_listener.listening import listen_to_all
    from cli.ahead import look_ahead
    from hotline.database import database
    from hotline.events import Bus

    look_ahead(settings, database())
    listen_to_all(settings, database(), Bus(settings.redis_address), stop_flag())


@click.command()
def web() -> None:
    """Serve the pages."""
    settings = _ready("web")
    from admin_ui.server import serve
    from cli.browser_phones import browser_phones
    from cli.parts_seen import parts_of
    from cli.phones import ExchangePhones
    from dispatch.callbacks.telephone import Telephone
    from dispatch.transfers.transfer_line import TransferLine
    from hotline.database import database
    from hotline.events import Bus

    telephone = Telephone(settings)
    serve(settings, database(), Bus(settings.redis_address), phones=ExchangePhones(telephone),
          line=TransferLine(telephone.link, settings), parts=parts_of(settings),
          browser_phones=browser_phones(settings))


@click.command()
def public() -> None:
    """Serve the public pages and the read API."""
    settings = _ready("public")
    from admin_ui.public.server import serve_public
    from hotline.database import database

    serve_public(settings, database())


@click.command()
def worker() -> None:
    """Do what is owed: take in, call back, seal (Celery)."""
    _celery(_ready("worker"), "worker", queue="sweep", beat=True)


@click.command()
def voice() -> None:
    """Give a voice to answers that became speakable (Celery)."""
    _celery(_ready("voice"), "voice", queue="voice", beat=False)


@click.command()
def hear() -> None:
    """Recognise what callers say (Whisper, for Asterisk's AEAP)."""
    settings = _ready("hear")
    from cli.hear import run
    from hotline.database import database

    run(settings, database(), stop_flag())


def _celery(settings: Settings, process: str, *, queue: str, beat: bool) -> None:
    from cli.watch import watch
    from dispatch.worker import make_app

    watch(settings, process)
    options = ["worker", "--pool", "solo", "--queues", queue, "--hostname", f"{process}@%h",
               "--without-gossip", "--without-mingle", "--without-heartbeat"]  # fmt: skip
    if beat:
        options += ["--beat"]
    make_app().worker_main(options)
