"""The `incoming` script as a user of panoramisk would write it: an asynchronous handler, the same work, same order."""

import asyncio
import os
import signal
import sys

from panoramisk.fast_agi import Application, Request

from dispatch.calls import calls
from hotline.calendar.hours import read_hours
from hotline.database import Database
from hotline.settings import Settings, read_settings
from hotline.times import now
from recordings import recordings
from recordings.recordings import Kind


def begin(database: Database, settings: Settings, request: Request) -> None:
    """The work: call, its first line and the recording that is owed, in one transaction."""
    told, at = request.headers, now()
    with database.writing() as session:
        calls.begin(session, told["agi_arg_1"], caller=told["agi_arg_2"], dialled=told["agi_arg_3"],
                    node=settings.exchange_node, uniqueid=told["agi_uniqueid"], at=at)  # fmt: skip
        recordings.expect(session, told["agi_arg_1"], kind=Kind.CALL, spool=settings.spool, at=at)


async def serve(port: int, in_threads: bool) -> None:
    """Serve until SIGTERM; the work in the loop itself, or in threads beside it."""
    settings = read_settings(os.environ)
    database = Database(settings.database_address)

    async def incoming(request: Request) -> None:
        staffed = read_hours(settings.staffed_hours).holds(now())
        await request.send_command(f'SET VARIABLE "STAFFED" "{"yes" if staffed else "no"}"')
        if in_threads:
            await asyncio.to_thread(begin, database, settings, request)
        else:
            begin(database, settings, request)
        await request.send_command(f'SET VARIABLE "SELFSERVICE" "{"yes" if settings.self_service else "no"}"')

    application = Application(loop=asyncio.get_running_loop())
    application.add_route("incoming", incoming)
    server = await asyncio.start_server(application.handler, "127.0.0.1", port, backlog=1024)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, server.close)
    async with server:
        await server.wait_closed()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), "threads" in sys.argv))
