"""`hotline doctor`: is everything there, and what to do where it isn't, in plain words."""

import os
import shutil
import socket
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import click
import redis
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from ami_listener.messages import Device
from cli import calendar_seen, recordings_seen, trunks_seen
from cli.exchange_plan import ExchangePlan
from cli.installation import installation
from dispatch.sweeps.sweeper import free_percent
from hotline.database import Database
from hotline.exchange import actions
from hotline.exchange.errors import LinkError
from hotline.exchange.link import Link
from hotline.exchange.nodes import address, each
from hotline.hearing import HearingMissing
from hotline.hearing import model as hearing
from hotline.hearing.remote import Remote
from hotline.migrating import behind
from hotline.parts import Part, lives
from hotline.settings import Settings
from hotline.telling import outcomes
from hotline.times import now
from hotline.voice import VoiceMissing, prompts
from hotline.voice.model import MODEL, checked
from recordings.reserve import MEGABYTE, reserve


@dataclass(frozen=True)
class Finding:
    """One thing looked at: whether it is well, what was seen, what to do."""

    what: str
    well: bool
    seen: str
    do: str = ""


@click.command()
def doctor() -> None:
    """Check disk, reserve, spool, database, calendar, messages, broker, exchange, phones, processes, prompts, voice."""
    here = installation(os.environ)
    findings = [*examine(here.settings), carriers_found(here.plan(), here.settings)]
    for finding in findings:
        click.echo(f"{'ok  ' if finding.well else 'BAD '} {finding.what}: {finding.seen}")
        if not finding.well:
            click.echo(f"     → {finding.do}")
    if not all(finding.well for finding in findings):
        raise SystemExit(1)


def examine(settings: Settings) -> Iterator[Finding]:
    """Every finding, in the order in which faults follow from one another."""
    yield _disk(settings)
    if settings.disk_reserve_megabytes:
        yield _reserve(settings)
    yield _spool(settings)
    yield _database(settings)
    yield _recordings(settings)
    yield _calendar(settings)
    yield _messages(settings)
    yield _broker(settings)
    yield from (_exchange(one, what=f"exchange {one.exchange_node}" if place else "exchange")
                for place, one in enumerate(each(settings)))  # fmt: skip
    yield _fastagi(settings)
    yield from _processes(settings)
    yield prompts_found()
    yield _voice(settings)
    if settings.speech:
        yield _hearing(settings)


def _disk(settings: Settings) -> Finding:
    folder = next(p for p in [settings.folder.resolve(), *settings.folder.resolve().parents] if p.exists())
    free = free_percent(folder)
    seen = f"{free} % free, {shutil.disk_usage(folder).free / 2**30:.0f} GiB"
    do = "Make room before recording fails: see docs/operations.md, or give the folder a larger disk."
    return Finding("disk", free >= settings.disk_alarm_percent, seen, do)


def _reserve(settings: Settings) -> Finding:
    held = reserve(settings)
    seen = f"{held.left // MEGABYTE} of {held.size // MEGABYTE} MB are set aside for recordings"
    do = ("Make room: the worker sets it aside again once twice as much is free, and when it is used up recording "
          "fails. Where the file system keeps no room ahead: HOTLINE_DISK_RESERVE_MEGABYTES=0.")  # fmt: skip
    return Finding("reserve", held.left >= held.size, seen, do)


def _spool(settings: Settings) -> Finding:
    do = f"Exchange and worker write here: give {settings.spool} to the account that runs them, and make it writable."

    def look() -> Finding:
        for name in ("calls", "legs", "messages", "cel"):
            with tempfile.TemporaryFile(dir=settings.spool / name):
                pass
        return Finding("spool", True, "recordings, messages and the exchange's records can be written")

    return _or_fault("spool", look, OSError, do)


def _database(settings: Settings) -> Finding:
    do = "Run: hotline database migrate (PostgreSQL: is it running, and is HOTLINE_DATABASE_URL right?)"

    def look() -> Finding:
        database = Database(settings.database_address)
        late = behind(database)
        seen = "waits for a migration" if late else f"{database.engine.dialect.name}, up to date"
        return Finding("database", not late, seen, do)

    return _or_fault("database", look, SQLAlchemyError, do)


def _recordings(settings: Settings) -> Finding:
    do = "See `hotline recordings keys list`; the worker puts recordings away, and its log says why it doesn't."

    def look() -> Finding:
        with Database(settings.database_address).reading() as session:
            return Finding("recordings", *recordings_seen.seen(session, settings, at=now()), do)

    return _or_fault("recordings", look, SQLAlchemyError, do)


def _calendar(settings: Settings) -> Finding:
    do = "Update hotline (it brings the published plan), or have the competent office enter the year on 工作日历."

    def look() -> Finding:
        with Database(settings.database_address).reading() as session:
            return Finding("calendar", *calendar_seen.seen(session, settings, at=now()), do)

    return _or_fault("calendar", look, SQLAlchemyError, do)


def _messages(settings: Settings) -> Finding:
    do = ("The administrator's page 对外消息 says why, of each, and sends it again; does `hotline worker` run, and are "
          "HOTLINE_MAIL_HOST, HOTLINE_SMS_GATEWAY and the like right?")  # fmt: skip

    def look() -> Finding:
        with Database(settings.database_address).reading() as session:
            failed, late = outcomes.troubles(session, at=now())
        seen = f"{failed} failed for good within a day, {late} not out an hour after they were due"
        return Finding("messages", not (failed or late), seen if failed or late else "all that was owed went out", do)

    return _or_fault("messages", look, SQLAlchemyError, do)


def _broker(settings: Settings) -> Finding:
    do = "Start it: hotline up starts the embedded one; for another, see HOTLINE_REDIS_URL."

    def look() -> Finding:
        with redis.Redis.from_url(settings.redis_address, socket_connect_timeout=2) as client:
            client.ping()
        return Finding("broker", True, "answers")

    return _or_fault("broker", look, redis.RedisError, do)


def _exchange(settings: Settings, *, what: str) -> Finding:
    do = "Is Asterisk running? Are HOTLINE_AMI_HOST, _PORT, _USER and _SECRET right?"

    def look() -> Finding:
        with Link(address(settings)) as link:
            head = int(actions.db_get(link, "codepool", "head") or 1)
            tail = int(actions.db_get(link, "codepool", "tail") or 0)
            phones = [Device(*one) for one in actions.device_states(link).items() if one[0].startswith("PJSIP/8")]
        codes, there = tail - head + 1, sum(phone.up for phone in phones)
        seen = f"answers; {codes} query codes in store; {there} of {len(phones)} phones there"
        return Finding(what, codes > 0, seen,
                       "The listener fills the store of query codes: is `hotline listen` running?")  # fmt: skip

    return _or_fault(what, look, LinkError, do)


def carriers_found(plan: ExchangePlan, settings: Settings) -> Finding:
    """Whether our own calls may go as they are set."""
    well, seen = trunks_seen.seen(plan, settings)
    do = "See HOTLINE_TRUNK_SHOWN and the like in docs/settings.md, or the file of trunks."
    return Finding("our calls", well, seen, do)


def _fastagi(settings: Settings) -> Finding:
    do = "Run: hotline agi. Until then callers reach a person or leave a message."

    def look() -> Finding:
        socket.create_connection((settings.agi_host, settings.agi_port), timeout=2).close()
        return Finding("FastAGI", True, f"listens on {settings.agi_host}:{settings.agi_port}")

    return _or_fault("FastAGI", look, OSError, do)


def _processes(settings: Settings) -> Iterator[Finding]:
    try:
        with Database(settings.database_address).reading() as session:
            rows = {row.name: row for row in session.scalars(select(Part))}
    except SQLAlchemyError:
        return
    named = [("listener", "listen"), ("worker", "worker"), ("voice", "voice")]
    named += [("hear", "hear")] if settings.hears_here else []
    for name, start in named:
        row = rows.get(name)
        well = row is not None and lives(row, at=now()) and row.well
        seen = "was never seen" if row is None else row.words or f"last seen {_ago(now() - row.beat_at)} ago"
        yield Finding(name, well, seen, f"Run: hotline {start} (or hotline up); its log says more.")


def prompts_found(home: Path = prompts.HOME) -> Finding:
    """Whether every fixed prompt has the sound of its text."""
    wrong = prompts.faults(home)
    seen = f"{len(prompts.texts(home))} sounds, each that of its text"
    if wrong:
        seen = f"{len(wrong)} of {len(prompts.texts(home))} are not as they should be: {wrong[0]}"
    return Finding("prompts", not wrong, seen,
                   "Fetch them with the source, or render them: python -m hotline.voice.prompts render")  # fmt: skip


def _voice(settings: Settings) -> Finding:
    do = "Run: bin/voice. Until then answers without a sound lead to a person."

    def look() -> Finding:
        for file in (MODEL, f"{settings.voice}.bin"):
            checked(settings.voice_folder, file)
        return Finding("speech model", True, f"{settings.voice} is there and whole")

    return _or_fault("speech model", look, VoiceMissing, do)


def _hearing(settings: Settings) -> Finding:
    """Whether what callers say can be recognised: by the engine elsewhere, or by our own model."""
    do = "Run: bin/hearing, then hotline hear. Until then callers are told to use their keys."

    def look() -> Finding:
        if settings.hear_address:
            Remote(settings.hear_address).knock()
            return Finding("hearing", True, f"answers at {settings.hear_address}")
        own = Path(settings.hearing_model) if settings.hearing_model else None
        return Finding("hearing", True, hearing.check(settings.hearing_folder, model=own))

    return _or_fault("hearing", look, HearingMissing, do)


def _or_fault(what: str, look: Callable[[], Finding], fault: type[Exception], do: str) -> Finding:
    try:
        return look()
    except fault as error:
        return Finding(what, False, (str(error) or type(error).__name__).splitlines()[0][:160], do)


def _ago(span: timedelta) -> str:
    return f"{span.total_seconds():.0f} s"
