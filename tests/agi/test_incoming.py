"""The first script of every call over a real socket: the row is committed before the machine is offered."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import select, text

from agi.run import make_server
from dispatch.calls.calls import Call
from hotline.database import Database
from hotline.settings import Settings

ENVIRONMENT = (
    b"agi_network: yes\nagi_network_script: incoming\nagi_uniqueid: n-1.1\nagi_accountcode: one\n"
    b"agi_arg_1: one\nagi_arg_2: 13800138000\nagi_arg_3: 96128\n\n"
)
STAFFED, SELF_SERVICE = b'SET VARIABLE "STAFFED" "yes"\n', b'SET VARIABLE "SELFSERVICE" "yes"\n'


@contextmanager
def calling(settings: Settings, database: Database) -> Iterator[socket.socket]:
    own = settings.model_copy(update={"agi_port": 0})
    with make_server(own, database).start() as server, socket.create_connection(server.address, timeout=10) as call:
        call.sendall(ENVIRONMENT)
        yield call


def answered(call: socket.socket) -> bytes:
    call.sendall(b"200 result=1\n")
    return call.recv(4096)


def test_the_machine_is_offered_once_the_call_is_written_down(settings: Settings, database: Database) -> None:
    with calling(settings, database) as call:
        assert call.recv(4096) == STAFFED
        assert answered(call) == SELF_SERVICE
        with database.reading() as session:
            assert session.scalars(select(Call.caller)).one() == "13800138000"
        assert answered(call) == b""


def test_without_a_database_the_caller_is_left_to_the_dialplan(settings: Settings, database: Database) -> None:
    with database.writing() as session:
        session.execute(text("ALTER TABLE call_step RENAME TO lost"))
    try:
        with calling(settings, database) as call:
            assert call.recv(4096) == STAFFED
            assert answered(call) == b""
    finally:
        with database.writing() as session:
            session.execute(text("ALTER TABLE lost RENAME TO call_step"))


def test_a_database_that_is_slow_for_one_keeps_no_other_from_his_first_command(
    settings: Settings, database: Database
) -> None:
    free = threading.Event()

    def hold() -> None:
        with database.writing() as session:
            session.execute(text("SELECT 1" if database.address.startswith("sqlite") else "LOCK TABLE call"))
            held.set()
            free.wait(3)

    held = threading.Event()
    holder = threading.Thread(target=hold)
    holder.start()
    assert held.wait(5)
    with calling(settings, database) as call, calling(settings, database) as other:
        assert call.recv(4096) == other.recv(4096) == STAFFED
        free.set()
        assert answered(call) == answered(other) == SELF_SERVICE
        answered(call), answered(other)
    holder.join(5)
