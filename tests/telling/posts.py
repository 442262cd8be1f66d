"""Real servers that catch what is told: one for mail, one for what is posted."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from ssl import PROTOCOL_TLS_SERVER, SSLContext
from typing import Any, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from tests.support.certificates import certificate

USER, PASSWORD = "hotline", "a password of the mail server"


@dataclass
class Letterbox:
    """What came in, and what is said instead of taking it."""

    port: int = 0
    letters: list[EmailMessage] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)  # one an attempt, before it takes any

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        if self.refusals:
            return self.refusals.pop(0)
        self.letters.append(cast(EmailMessage, message_from_bytes(cast(bytes, envelope.content), policy=policy.default)))
        return "250 kept"


@contextmanager
def letterbox(folder: Path, security: str = "none") -> Iterator[tuple[Letterbox, Path]]:
    """A mail server and its authority's certificate; with TLS it wants an account, too."""
    box = Letterbox()
    crt, key = certificate(folder)
    context = SSLContext(PROTOCOL_TLS_SERVER)
    context.load_cert_chain(crt, key)

    def known(_server: SMTP, _session: Session, _envelope: Envelope, _way: str, given: Any) -> AuthResult:
        return AuthResult(success=(given.login, given.password) == (USER.encode(), PASSWORD.encode()))

    wants = {"auth_required": True, "authenticator": known} if security != "none" else {}
    more: dict[str, Any] = {"tls_context": context, "require_starttls": True} if security == "starttls" else {}
    if security == "tls":
        more = {"ssl_context": context, "auth_require_tls": False}
    controller = OnAFreePort(box, hostname="127.0.0.1", port=0, **wants, **more)
    controller.start()
    box.port = controller.port
    try:
        yield box, crt
    finally:
        controller.stop()


class OnAFreePort(Controller):
    """Knows its port once it has one."""

    def _trigger_server(self) -> None:
        assert self.server is not None
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@dataclass
class Mailslot:
    """What was posted, and how it is answered."""

    url: str = ""
    got: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)  # path, headers, body
    answers: list[tuple[int, dict[str, str]]] = field(default_factory=list)  # one an attempt; then 200
    slow: float = 0.0

    def posted(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, _, body in self.got]


@contextmanager
def mailslot(secured: Path | None = None) -> Iterator[Mailslot]:
    """A web server that keeps what is posted; by TLS, with its certificate in a folder."""
    slot = Mailslot()

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            slot.got.append((self.path, dict(self.headers.items()), body))
            time.sleep(slot.slow)
            status, headers = slot.answers.pop(0) if slot.answers else (200, {})
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            with suppress(BrokenPipeError):  # who asked has gone by then
                self.wfile.write(b'{"reference": "R-1"}')

        do_GET = do_POST

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    if secured is not None:
        context = SSLContext(PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate(secured))
        server.socket = context.wrap_socket(server.socket, server_side=True)
    slot.url = f"http{'s' if secured else ''}://127.0.0.1:{server.server_port}/told"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield slot
    finally:
        server.shutdown()
        server.server_close()
