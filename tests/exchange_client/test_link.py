"""Every fault known of pyst2's manager, replayed by a socket server that speaks captured text."""

import hashlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotline.exchange import actions
from hotline.exchange.errors import ActionRefused, LinkError, LinkLost, LoginRefused, NoAnswer, UnsafeValue
from hotline.exchange.link import Address, Link, Patience
from hotline.exchange.reconnecting import links

Headers = dict[str, str]
QUICK = Patience(connect=2, answer=0.5, ping_every=0.3, dead_after=1.0)


class Exchange:
    """The manager interface's side: logs in whoever knows the secret, then does as the test says."""

    def __init__(self, react: Callable[["Exchange", Headers], None] | None = None, banner: bytes = b"") -> None:
        self.react = react or Exchange.succeed
        self.banner = banner or b"Asterisk Call Manager/9.0.0\r\n"
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.actions: list[Headers] = []
        self.raw: list[bytes] = []
        self.peers: list[socket.socket] = []
        self.deaf = False
        threading.Thread(target=self.accept, daemon=True).start()

    @property
    def address(self) -> Address:
        return Address("127.0.0.1", self.listener.getsockname()[1], "hotline", "secret")

    def accept(self) -> None:
        while True:
            try:
                peer, _ = self.listener.accept()
                self.peers.append(peer)
                peer.sendall(self.banner)
            except OSError:
                return
            threading.Thread(target=self.converse, args=(peer,), daemon=True).start()

    def converse(self, peer: socket.socket) -> None:
        held = b""
        while True:
            try:
                chunk = peer.recv(65536)
            except OSError:
                return
            if not chunk:
                return
            held += chunk
            while b"\r\n\r\n" in held:
                action, held = held.split(b"\r\n\r\n", 1)
                self.hear(action)

    def hear(self, action: bytes) -> None:
        headers = dict(line.split(": ", 1) for line in action.decode().split("\r\n"))
        if self.deaf:
            return
        if headers["Action"] == "Challenge":
            self.answer(headers, "Challenge: 840415273")
        elif headers["Action"] == "Login":
            key = hashlib.md5(b"840415273secret").hexdigest()  # noqa: S324 - the protocol's own
            right = headers["Key"] == key
            self.answer(headers, "Message: Authentication accepted", kind="Success" if right else "Error")
        elif headers["Action"] == "Logoff":
            self.answer(headers, "Message: Thanks for all the fish.", kind="Goodbye")
        elif headers["Action"] == "Ping":
            self.answer(headers, "Ping: Pong\r\nTimestamp: 1700000000.000000")
        else:
            self.actions.append(headers)
            self.raw.append(action)
            self.react(self, headers)

    def succeed(self, headers: Headers) -> None:
        self.answer(headers, f"Message: {headers['Action']} done")

    def answer(self, headers: Headers, rest: str, kind: str = "Success") -> None:
        number = f"ActionID: {headers['ActionID']}\r\n" if "ActionID" in headers else ""
        self.say(f"Response: {kind}\r\n{number}{rest}\r\n\r\n")

    def say(self, text: str | bytes) -> None:
        try:
            self.peers[-1].sendall(text.encode() if isinstance(text, str) else text)
        except OSError:
            return

    def close(self) -> None:
        self.listener.close()
        for peer in self.peers:
            peer.close()


@contextmanager
def linked(
    react: Callable[[Exchange, Headers], None] | None = None, patience: Patience = QUICK
) -> Iterator[tuple[Exchange, Link]]:
    exchange = Exchange(react)
    try:
        with Link(exchange.address, patience=patience) as link:
            yield exchange, link
    finally:
        exchange.close()


@pytest.fixture(autouse=True)
def _quick() -> Iterator[None]:
    began = time.monotonic()
    yield
    assert time.monotonic() - began < 20, "nothing on the link may take this long"


# -- the eleven faults ---------------------------------------------------------------------------------------
def test_channel_variables_are_read_and_the_link_lives_on() -> None:
    with linked() as (exchange, link):
        exchange.say(
            "Event: Newchannel\r\nChannel: PJSIP/1\r\nChanVariable: CALLID=1\r\nChanVariable: NAME=a=b\r\n"
            "ChanVariable(PJSIP/1): OLD=x\r\nDestChanVariable: D=2\r\n\r\n"
        )
        event = link.next_event(1)
        assert event is not None
        assert event.values("ChanVariable") == ["CALLID=1", "NAME=a=b"]
        assert event.get("DestChanVariable") == "D=2"
        link.action("Ping")


def test_an_action_without_an_answer_ends_in_time() -> None:
    with linked(lambda *_: None) as (_, link):
        began = time.monotonic()
        with pytest.raises(NoAnswer):
            link.action("Redirect", ("Channel", "x"))
        assert time.monotonic() - began < 1
        link.action("Ping")


def test_closing_never_hangs_even_when_nobody_answers() -> None:
    with linked() as (exchange, link):
        exchange.deaf = True
        began = time.monotonic()
        link.close()
        link.close()
        assert time.monotonic() - began < 1
        with pytest.raises(LinkLost):
            link.action("Ping")


def test_forgetting_a_link_does_not_hang() -> None:
    exchange = Exchange()
    link = Link(exchange.address, patience=QUICK)
    exchange.deaf = True
    began = time.monotonic()
    exchange.close()
    del link
    assert time.monotonic() - began < 1


def test_answers_that_come_in_another_order_reach_who_asked() -> None:
    waiting: list[Headers] = []

    def reversed_pairs(exchange: Exchange, headers: Headers) -> None:
        waiting.append(headers)
        if len(waiting) == 2:
            for asked in reversed(waiting):
                exchange.succeed(asked)

    with linked(reversed_pairs) as (_, link):
        told: dict[str, str] = {}

        def ask(name: str) -> None:
            told[name] = link.action(name).get("Message")

        threads = [threading.Thread(target=ask, args=(name,)) for name in ("First", "Second")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(2)
        assert told == {"First": "First done", "Second": "Second done"}


def test_no_header_leaks_from_one_action_into_the_next() -> None:
    with linked() as (exchange, link):
        link.action("Foo", ("X", "1"))
        link.action("Bar")
        assert set(exchange.actions[1]) == {"Action", "ActionID"}
        assert exchange.actions[0]["ActionID"] != exchange.actions[1]["ActionID"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Exten", "100\r\n\r\nAction: Command\r\nCommand: core stop now"),
        ("Exten", "100\nAction: x"),
        ("Exten", "100\x00"),
        ("Exten", "a\x85b"),
        ("Exten", "\ud800"),
        ("Exten", "x" * 1100),
        ("Ex\r\nten", "100"),
        ("Exten: 1\r\nX", "100"),
        ("", "100"),
    ],
)
def test_what_could_become_another_action_is_never_sent(name: str, value: str) -> None:
    with linked() as (exchange, link):
        with pytest.raises(UnsafeValue):
            link.action("Redirect", (name, value))
        assert exchange.raw == []
        link.action("Ping")


@given(st.text(max_size=60), st.text(max_size=60))
@settings(max_examples=300, deadline=None)
def test_whatever_is_sent_is_one_header_a_line(name: str, value: str) -> None:
    from hotline.exchange.headers import action_bytes

    try:
        sent = action_bytes([("Action", "X"), (name, value)])
    except UnsafeValue:
        return
    assert sent.count(b"\r\n") == 3
    assert sent.count(b"\n") == 3
    assert sent.endswith(b"\r\n\r\n")


def test_an_error_while_handling_an_event_does_not_end_the_events() -> None:
    with linked() as (exchange, link):
        exchange.say("Event: X\r\n\r\nEvent: Y\r\n\r\n")
        seen = []
        for event in link.events(0.3):
            try:
                seen.append(event.name)
                raise ZeroDivisionError
            except ZeroDivisionError:
                continue
        assert seen == ["X", "Y"]


def test_repeated_headers_are_all_kept() -> None:
    def output(exchange: Exchange, headers: Headers) -> None:
        exchange.answer(headers, "Message: Command output follows\r\nOutput: 一\r\nOutput: two\r\nOutput: three")

    with linked(output) as (_, link):
        assert "\n".join(link.action("Command", ("Command", "core show version")).values("Output")) == "一\ntwo\nthree"


def test_a_list_is_collected_to_its_end_and_other_events_pass_by() -> None:
    def channels(exchange: Exchange, headers: Headers) -> None:
        number = headers["ActionID"]
        exchange.answer(headers, "EventList: start\r\nMessage: Channels will follow")
        exchange.say(f"Event: CoreShowChannel\r\nActionID: {number}\r\nChannel: A\r\n\r\n")
        exchange.say("Event: Newstate\r\nChannel: Z\r\n\r\n")
        exchange.say(f"Event: CoreShowChannel\r\nActionID: {number}\r\nChannel: B\r\n\r\n")
        end = "EventList: Complete\r\nListItems: 2\r\nItems: 2"
        exchange.say(f"Event: CoreShowChannelsComplete\r\nActionID: {number}\r\n{end}\r\n\r\n")

    with linked(channels) as (_, link):
        assert [row["Channel"] for row in actions.core_show_channels(link)] == ["A", "B"]
        assert [event.name for event in link.events(0.2)] == ["Newstate"]


def test_a_list_cut_off_is_no_short_list() -> None:
    def half(exchange: Exchange, headers: Headers) -> None:
        exchange.answer(headers, "EventList: start")
        exchange.say(f"Event: CoreShowChannel\r\nActionID: {headers['ActionID']}\r\nChannel: A\r\n\r\n")
        exchange.peers[-1].shutdown(socket.SHUT_RDWR)

    with linked(half) as (_, link), pytest.raises(LinkLost):
        actions.core_show_channels(link)


def test_fifteen_thousand_events_a_second_are_read() -> None:
    event = (
        "Event: Newstate\r\nPrivilege: call,all\r\nChannel: PJSIP/1-0001\r\nChannelState: 6\r\n"
        "ChannelStateDesc: Up\r\nCallerIDNum: 13800138000\r\nUniqueid: 1.1\r\nLinkedid: 1.1\r\n\r\n"
    )
    with linked(patience=Patience()) as (exchange, link):
        began = time.perf_counter()
        threading.Thread(target=exchange.say, args=(event * 30_000,), daemon=True).start()
        for _ in range(30_000):
            assert link.next_event(5) is not None
        rate = 30_000 / (time.perf_counter() - began)
    print(f"{rate:.0f} events/s")
    assert rate > 5_000, "a third of what an idle machine does, so that a busy one doesn't fail"


def test_nothing_it_does_is_deprecated(recwarn: pytest.WarningsRecorder) -> None:
    with linked() as (_, link):
        link.action("Ping")
    assert not recwarn.list


# -- text ----------------------------------------------------------------------------------------------------
def test_chinese_is_whole_however_the_bytes_are_cut() -> None:
    with linked() as (exchange, link):
        for byte in "Event: QueueCallerJoin\r\nCallerIDName: 玉溪市民\r\n\r\n".encode():
            exchange.say(bytes([byte]))
        event = link.next_event(2)
        assert event is not None
        assert event.get("CallerIDName") == "玉溪市民"


def test_a_name_that_is_no_utf8_loses_only_itself() -> None:
    with linked() as (exchange, link):
        exchange.say(b"Event: E\r\nCallerIDName: \xd6\xd0\xb9\xfa\r\nChannel: z\r\nNote\r\n\r\nEvent: F\r\n\r\n")
        first, second = link.next_event(1), link.next_event(1)
        assert first is not None
        assert second is not None
        assert (first.get("Channel"), first.data, second.name) == ("z", "Note", "F")


# -- life of a link ------------------------------------------------------------------------------------------
def test_a_wrong_secret_is_told_as_such() -> None:
    exchange = Exchange()
    with pytest.raises(LoginRefused):
        Link(Address("127.0.0.1", exchange.address.port, "hotline", "wrong"), patience=QUICK)
    assert "secret" not in repr(exchange.address).replace("secret=", "")
    exchange.close()


def test_a_peer_that_is_no_manager_is_refused() -> None:
    exchange = Exchange(banner=b"SSH-2.0-OpenSSH_9.2\r\n")
    with pytest.raises(LinkLost):
        Link(exchange.address, patience=QUICK)
    exchange.close()


def test_nobody_there_is_a_lost_link() -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    listener.close()
    with pytest.raises(LinkLost):
        Link(Address("127.0.0.1", port), patience=QUICK)


def test_a_mute_peer_is_given_up() -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    began = time.monotonic()
    with pytest.raises(LinkLost):
        Link(Address("127.0.0.1", listener.getsockname()[1]), patience=Patience(connect=0.5))
    assert time.monotonic() - began < 2
    listener.close()


def test_a_closed_link_wakes_whoever_waits() -> None:
    def leave(exchange: Exchange, _headers: Headers) -> None:
        exchange.say("Event: Last\r\n\r\n")
        exchange.peers[-1].shutdown(socket.SHUT_RDWR)

    with linked(leave, Patience(answer=10)) as (_, link):
        began = time.monotonic()
        with pytest.raises(LinkLost):
            link.action("Redirect")
        assert time.monotonic() - began < 2
        seen = []
        with pytest.raises(LinkLost):
            seen.extend(event.name for event in link.events(5))
        with pytest.raises(LinkLost):
            link.next_event(5)


def test_an_exchange_that_stops_dead_is_noticed_within_five_seconds() -> None:
    with linked(patience=Patience()) as (exchange, link):
        exchange.deaf = True  # as with SIGSTOP: the socket stays open, the kernel still takes what we send
        began = time.monotonic()
        with pytest.raises(LinkLost):
            link.next_event(10)
        assert time.monotonic() - began < 5


def test_a_quiet_exchange_that_answers_pings_is_not_taken_for_dead() -> None:
    with linked() as (_, link):
        assert link.next_event(2.5) is None
        assert not link.lost


def test_events_nobody_reads_end_the_link_instead_of_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hotline.exchange.link.MOST_EVENTS_UNREAD", 100)
    with linked() as (exchange, link):
        exchange.say("Event: X\r\n\r\n" * 5000)
        deadline = time.monotonic() + 3
        while not link.lost:
            assert time.monotonic() < deadline
            time.sleep(0.01)


@given(st.lists(st.one_of(st.binary(max_size=300), st.sampled_from([
    b"Event: ", b"\r\n", b"\r\n\r\n", b": ", b"ChanVariable", b"(", b"=", b"Response: Follows\r\n",
    b"--END COMMAND--", b"ActionID: ", b"EventList: Complete\r\n", "云".encode(),
])), max_size=20))  # fmt: skip
@settings(max_examples=60, deadline=None)
def test_whatever_the_peer_sends_only_link_errors_come_of_it(chunks: list[bytes]) -> None:
    with linked(patience=Patience(answer=2)) as (exchange, link):
        for chunk in chunks:
            exchange.say(chunk)
        exchange.say(b"\r\n\r\nEvent: TheEnd\r\n\r\n")
        try:
            while (event := link.next_event(2)) is not None:
                if event.name == "TheEnd":
                    break
            assert event is not None, "the reader died of it"
            link.action("Ping")
        except LinkError:
            pytest.fail("no short message may cost the link")


@given(st.binary(max_size=400))
@settings(max_examples=40, deadline=None)
def test_whatever_answers_instead_of_a_manager_is_a_link_error(banner: bytes) -> None:
    exchange = Exchange(banner=banner or b"x")
    try:
        with pytest.raises(LinkError):
            Link(exchange.address, patience=Patience(connect=0.1, answer=0.1))
    finally:
        exchange.close()


# -- one link after the other --------------------------------------------------------------------------------
def test_a_lost_link_is_followed_by_another_that_says_since_when_it_was_blind() -> None:
    exchange = Exchange()
    stop = threading.Event()
    blind = []
    for link in links(exchange.address, stop=stop, patience=QUICK, soonest=0.05):
        blind.append(link.blind_since)
        link.action("Ping")
        if len(blind) == 3:
            stop.set()
            continue
        exchange.peers[-1].shutdown(socket.SHUT_RDWR)
        with pytest.raises(LinkLost):
            link.next_event(2)
    assert blind[0] is None
    assert blind[1] is not None
    assert blind[2] is not None
    assert blind[1] <= blind[2]
    exchange.close()


def test_tries_grow_rarer_while_nobody_is_there_and_stopping_is_quick() -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    listener.close()
    stop = threading.Event()
    threading.Timer(0.6, stop.set).start()
    began = time.monotonic()
    assert list(links(Address("127.0.0.1", port), stop=stop, patience=QUICK, soonest=0.1, latest=60)) == []
    assert time.monotonic() - began < 1.5


def test_leaving_the_loop_closes_the_link() -> None:
    exchange = Exchange()
    kept = []
    for link in links(exchange.address, stop=threading.Event(), patience=QUICK):
        kept.append(link)
        break
    deadline = time.monotonic() + 2
    while not kept[0].lost:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    exchange.close()


def test_a_refused_action_is_told_in_the_exchanges_words() -> None:
    def refuse(exchange: Exchange, headers: Headers) -> None:
        exchange.answer(headers, "Message: No such channel", kind="Error")

    with linked(refuse) as (_, link), pytest.raises(ActionRefused, match="No such channel"):
        actions.hangup(link, "PJSIP/none")
