"""Being asked to stop: a flag that no signal can be lost on its way to."""

import signal
import socket
from threading import Event, Thread

ASKING = (signal.SIGTERM, signal.SIGINT)


def stop_flag() -> Event:
    """A flag that SIGTERM and SIGINT set; call it in the main thread, before anything else is started.

    A handler in Python runs only when the main thread wakes, and a signal that comes just before it falls asleep
    wakes nobody; one that comes while it holds the flag's own lock would wait for itself. So the signal's number
    is written to a socket, and a thread that does nothing else reads it.
    """
    asked = Event()
    reading, writing = socket.socketpair()
    writing.setblocking(False)
    signal.set_wakeup_fd(writing.fileno(), warn_on_full_buffer=False)
    for number in ASKING:
        signal.signal(number, lambda *_: None)
    Thread(target=_listen, args=(reading, writing, asked), name="stop-flag", daemon=True).start()
    return asked


def _listen(reading: socket.socket, writing: socket.socket, asked: Event) -> None:
    """`writing` is held so that it stays open as long as somebody listens."""
    while not set(reading.recv(64)) & set(ASKING):
        pass
    asked.set()
