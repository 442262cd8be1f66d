"""Every fault known of pyst2's AGI, replayed by a real socket peer against our line."""

import socket
import threading
import time
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agi.errors import BadCommand, DeadChannel, HungUp, LineError, LineLost, SoundMissing
from agi.line import Line
from agi.quoting import quote

ENVIRONMENT = (
    b"agi_network: yes\nagi_network_script: incoming\nagi_request: agi://127.0.0.1/incoming\n"
    b"agi_channel: PJSIP/trunk-00000001\nagi_language: zh\nagi_uniqueid: node-1700000000.1\n"
    b"agi_callerid: 13800138000\nagi_calleridname: unknown\nagi_dnid: 96128\nagi_context: incoming\n"
    b"agi_extension: s\nagi_accountcode: 20261123145802-0123456789ab\nagi_arg_1: zh\nagi_arg_2: 2\n\n"
)
DONE, SILENCE = b"200 result=0\n", b'EXEC "PlayTones" "0"\n'


class Peer:
    """The exchange's end of the socket: answers each command with the next text it was given."""

    def __init__(self, *answers: bytes, environment: bytes = ENVIRONMENT, closing: bool = True) -> None:
        self.ours, self.theirs = socket.socketpair()
        self.heard: list[bytes] = []
        self.answers = list(answers)
        self.closing = closing
        self.ours.sendall(environment)
        self.thread = threading.Thread(target=self.speak, daemon=True)
        self.thread.start()

    def speak(self) -> None:
        with self.ours.makefile("rb") as commands:
            for answer in self.answers:
                heard = commands.readline()
                if not heard:
                    return
                self.heard.append(heard)
                self.ours.sendall(answer)
        if self.closing:
            self.ours.close()

    def line(self, **patience: float) -> Line:
        return Line(self.theirs, **patience)


def line_answered(*answers: bytes, **patience: float) -> tuple[Line, Peer]:
    peer = Peer(*answers)
    return peer.line(**patience), peer


@pytest.fixture(autouse=True)
def _quick() -> Iterator[None]:
    began = time.monotonic()
    yield
    assert time.monotonic() - began < 15, "nothing on the line may take this long"


# -- the ten faults ------------------------------------------------------------------------------------------
def test_a_line_opens_in_any_thread() -> None:
    opened: list[str] = []
    thread = threading.Thread(target=lambda: opened.append(Peer().line().environment.script))
    thread.start()
    thread.join(2)
    assert opened == ["incoming"]


def test_a_hangup_line_is_a_hangup() -> None:
    line, _ = line_answered(b"HANGUP\n")
    with pytest.raises(HungUp):
        line.answer()
    assert line.hung_up


def test_after_a_hangup_line_the_answer_is_taken_off_and_the_next_command_fits() -> None:
    line, _ = line_answered(b"HANGUP\n200 result=-1\n", b"200 result=1\n", b"200 result=1 (yes)\n")
    with pytest.raises(HungUp):
        line.stream("hotline/welcome")
    line.set("NEXT", "people")
    assert line.get("ANYTHING") == "yes"


def test_a_hangup_line_between_two_commands_is_not_taken_for_an_answer() -> None:
    line, peer = line_answered(b"200 result=0\nHANGUP\n", b"511 Command Not Permitted on a dead channel\n")
    line.answer()
    with pytest.raises(DeadChannel):
        line.stream("hotline/welcome")
    assert len(peer.heard) == 2


def test_a_closed_line_is_a_hangup() -> None:
    peer = Peer(b"")
    with pytest.raises(HungUp):
        peer.line().answer()


def test_a_line_reset_by_the_exchange_is_a_hangup() -> None:
    peer = Peer()
    line = peer.line()
    peer.thread.join(2)
    with pytest.raises(HungUp):
        line.answer()
    with pytest.raises(HungUp):
        line.answer()


def test_a_dead_channel_is_a_hangup_of_its_own_kind() -> None:
    line, _ = line_answered(b"511 Command Not Permitted on a dead channel or intercept routine\n")
    with pytest.raises(DeadChannel):
        line.answer()
    assert issubclass(DeadChannel, HungUp)


def test_an_unknown_command_is_told_and_the_line_lives_on() -> None:
    line, _ = line_answered(b"510 Invalid or unknown command\n", b"200 result=0\n")
    with pytest.raises(BadCommand):
        line.command("DANCE")
    line.answer()


def test_a_520_in_one_line_does_not_wait_for_a_second() -> None:
    usage = b"520 Invalid command syntax.  Proper usage not available.\n"
    line, _ = line_answered(usage, b"200 result=0\n")
    with pytest.raises(BadCommand):
        line.command("ANSWER", "me")
    line.answer()


def test_a_520_in_many_lines_is_read_to_its_end() -> None:
    usage = b"520-Invalid command syntax.  Proper usage follows:\nUsage: ANSWER\n520 End of proper usage.\n"
    line, _ = line_answered(usage, b"200 result=0\n")
    with pytest.raises(BadCommand):
        line.command("ANSWER", "me")
    line.answer()


def test_a_520_cut_off_in_its_middle_is_a_hangup() -> None:
    line, _ = line_answered(b"520-Invalid command syntax.  Proper usage follows:\nfoo\n")
    with pytest.raises(HungUp):
        line.answer()


def test_a_520_without_end_is_given_up() -> None:
    line, _ = line_answered(b"520-Usage:\n" + b"more\n" * 1000)
    with pytest.raises(LineLost):
        line.answer()


@pytest.mark.parametrize(
    "evil",
    [
        'x"\nEXEC System "rm',
        'x"\r\nHANGUP',
        'a\\"\nHANGUP\n',
        "a\x00b\x85c\x7f",
        '"' * 3000,
        "\\" * 3001,
        "云" * 9000,
    ],
)
def test_no_value_becomes_a_second_command(evil: str) -> None:
    line, peer = line_answered(b"200 result=1\n")
    line.set("NOTE", evil)
    (heard,) = peer.heard
    assert heard.count(b"\n") == 1
    assert len(heard) <= 2047
    assert heard.startswith(b'SET VARIABLE "NOTE" "')
    assert heard.endswith(b'"\n')
    assert words_as_asterisk_reads_them(heard.decode())[:3] == ["SET", "VARIABLE", "NOTE"]


def words_as_asterisk_reads_them(line: str) -> list[str]:
    """The state machine of the exchange's own argument parser."""
    words: list[str] = []
    quoted = escaped = False
    apart = True
    for sign in line.rstrip("\n"):
        if sign == '"' and not escaped:
            quoted = not quoted
            if quoted and apart:
                words.append("")
                apart = False
        elif sign in " \t" and not quoted and not escaped:
            apart = True
        elif sign == "\\" and not escaped:
            escaped = True
            continue
        else:
            if apart:
                words.append("")
                apart = False
            words[-1] += sign
        escaped = False
    assert not quoted
    return words


@given(st.text(max_size=1500))
@settings(max_examples=300, deadline=None)
def test_whatever_is_quoted_is_read_as_one_word_without_controls(text: str) -> None:
    read = words_as_asterisk_reads_them(f"VERBOSE {quote(text)} 3")
    assert read[0] == "VERBOSE"
    assert read[2:] == ["3"]
    kept = "".join(sign for sign in text if not (ord(sign) < 32 or 127 <= ord(sign) < 160))
    assert kept.startswith(read[1])
    assert len(quote(text).encode("utf-8", "replace")) <= 1002
    if len(kept) < 160:
        assert read[1] == kept


def test_quotes_backslashes_and_chinese_arrive_as_they_were() -> None:
    line, peer = line_answered(b"200 result=1\n")
    line.set("NOTE", '他说 "hi" \\')
    assert words_as_asterisk_reads_them(peer.heard[0].decode())[3] == '他说 "hi" \\'


def test_a_command_longer_than_the_exchange_reads_is_never_sent() -> None:
    line, peer = line_answered(b"200 result=1\n")
    with pytest.raises(BadCommand):
        line.command("EXEC", *["x" * 900] * 3)
    assert peer.heard == []


def test_nothing_personal_is_printed(capfd: pytest.CaptureFixture[str]) -> None:
    line, _ = line_answered(b"200 result=0\n")
    line.answer()
    said = capfd.readouterr()
    assert said.out + said.err == ""
    assert "13800138000" not in repr(line.environment)
    assert line.environment.caller == "13800138000"


@pytest.mark.parametrize("name", [b"\xd6\xd0\xb9\xfa", b"\xff\xfe\x00", "玉溪".encode()])
def test_a_caller_name_in_any_encoding_opens_the_line(name: bytes) -> None:
    peer = Peer(environment=b"agi_network_script: incoming\nagi_calleridname: " + name + b"\n\n")
    assert peer.line().environment.script == "incoming"


@pytest.mark.parametrize("value", ["hangup", "a b (c) result=-1 x=9", "", "(timeout) endpos=9", "一行\n二行 (三)"])
def test_a_variable_may_hold_any_text(value: str) -> None:
    line, _ = line_answered(f"200 result=1 ({value})\n".encode(), b"200 result=0\n")
    assert line.get("X") == value
    assert line.get("Y") == ""


# -- time ----------------------------------------------------------------------------------------------------
def test_a_mute_exchange_is_given_up_within_the_commands_time() -> None:
    peer = Peer(closing=False)
    line = peer.line(answer_within=0.3)
    began = time.monotonic()
    with pytest.raises(LineLost):
        line.answer()
    assert time.monotonic() - began < 1
    with pytest.raises(LineLost):
        line.answer()


def test_a_trickling_exchange_gains_no_time() -> None:
    peer = Peer(closing=False)
    line = peer.line(answer_within=0.5)

    def trickle() -> None:
        for _ in range(40):
            peer.ours.sendall(b"100 Trying\n")
            time.sleep(0.05)

    threading.Thread(target=trickle, daemon=True).start()
    began = time.monotonic()
    with pytest.raises(LineLost):
        line.command("ANSWER")
    assert time.monotonic() - began < 1.5


def test_trying_is_not_an_answer() -> None:
    line, _ = line_answered(b"100 Trying\n100 Trying\n200 result=0\n")
    line.answer()


def test_an_environment_that_does_not_end_is_given_up() -> None:
    with pytest.raises(LineLost):
        Peer(environment=b"agi_network: yes\n", closing=False).line(environment_within=0.2)


@pytest.mark.parametrize("environment", [b"agi_x: y\n" * 300, b"agi_x: " + b"y" * 70_000])
def test_an_environment_without_measure_is_refused(environment: bytes) -> None:
    ours, theirs = socket.socketpair()
    threading.Thread(target=ours.sendall, args=(environment,), daemon=True).start()
    with pytest.raises(LineLost):
        Line(theirs, environment_within=1)


def test_a_long_caller_name_is_cut() -> None:
    peer = Peer(environment=b"agi_calleridname: " + b"n" * 10_000 + b"\n\n")
    assert len(peer.line().environment.caller_name) <= 1000


def test_an_answer_nobody_asked_for_breaks_the_line_instead_of_being_believed() -> None:
    line, _ = line_answered(b"200 result=1\n200 result=1 (forged)\n", b"200 result=1 (true)\n")
    line.set("A", "b")
    with pytest.raises(LineLost):
        line.get("X")


@given(st.lists(st.binary(max_size=200), max_size=6))
@settings(max_examples=100, deadline=None)
def test_whatever_the_peer_sends_only_line_errors_come_of_it(answers: list[bytes]) -> None:
    peer = Peer(*answers)
    try:
        line = peer.line(answer_within=0.04)
        for _ in answers:
            line.command("GET VARIABLE", "X")
    except LineError:
        pass
    finally:
        peer.theirs.close()


# -- verbs ---------------------------------------------------------------------------------------------------
def test_the_environment_is_told_as_values() -> None:
    told = Peer().line().environment
    assert (told.script, told.arguments) == ("incoming", ("zh", "2"))
    assert (told.dialled, told.caller_name) == ("96128", "")
    assert told.call_id == "20261123145802-0123456789ab"


def test_sounds_play_in_order_until_a_key() -> None:
    line, peer = line_answered(b"200 result=0 endpos=800\n", DONE, b"200 result=50 endpos=80\n", DONE)
    assert line.play(["hotline/a", "hotline/b", "hotline/c"], "12") == "2"
    assert peer.heard == [b'STREAM FILE "hotline/a" "12"\n', SILENCE, b'STREAM FILE "hotline/b" "12"\n', SILENCE]


def test_a_missing_sound_is_not_taken_for_a_hangup() -> None:
    line, _ = line_answered(b"200 result=-1 endpos=0\n", b"200 result=6\n")
    with pytest.raises(SoundMissing, match="hotline/none"):
        line.stream("hotline/none")


def test_a_caller_who_left_during_a_sound_has_hung_up() -> None:
    line, _ = line_answered(b"200 result=-1 endpos=80\n", b"511 Command Not Permitted on a dead channel\n")
    with pytest.raises(HungUp):
        line.stream("hotline/welcome")


def test_a_key_during_the_first_prompt_answers_the_question() -> None:
    line, peer = line_answered(b"200 result=48 endpos=80\n", DONE)
    assert line.ask(["hotline/a", "hotline/b"]) == "0"
    assert peer.heard[1:] == [SILENCE]


def test_a_question_waits_after_its_last_prompt_while_silence_is_sent() -> None:
    line, peer = line_answered(DONE, DONE, b"200 result=1 (SUCCESS)\n", DONE)
    assert line.ask(["hotline/a", "hotline/b"], timeout=12) == ""
    together = b'EXEC "Background" "hotline/a&hotline/b,n"\n'
    assert peer.heard[:3] == [together, SILENCE, b'GET VARIABLE "BACKGROUNDSTATUS"\n'], "silence before anything is asked"
    assert [waited.rsplit(b" ", 1)[0] for waited in peer.heard[3:]] == [b"WAIT FOR DIGIT"]
    assert int(peer.heard[3].split()[-1]) == pytest.approx(12_000, abs=100)


def test_between_two_keys_nothing_is_told_but_how_long_is_waited() -> None:
    """What is pressed while the exchange waits for us is lost."""
    line, peer = line_answered(b"200 result=49\n", *[DONE] * 2, b"200 result=50\n", DONE, b"200 result=35\n")
    line.before = lambda sounds, seconds: line.guard(9) if not sounds else None
    assert line.ask(["hotline/code"], digits=8) == "12"
    assert [command.split(b" ")[0] for command in peer.heard] == [b"STREAM", b"EXEC", b"SET", b"WAIT", b"SET", b"WAIT"]


def test_one_of_several_sounds_that_is_missing_is_told_by_name() -> None:
    line, _ = line_answered(DONE, DONE, b"200 result=1 (FAILED)\n")
    with pytest.raises(SoundMissing, match="hotline/none"):
        line.ask(["hotline/a", "hotline/none"])


def test_a_tone_that_no_telephone_of_a_citizen_has_answers_nothing() -> None:
    line, peer = line_answered(b"200 result=65\n", DONE, b"200 result=50\n", DONE)
    assert line.ask(["hotline/a", "hotline/b"]) == "2"
    assert peer.heard[0] == peer.heard[2]
    line, peer = line_answered(b"200 result=65\n", b"200 result=50\n")
    assert line.listen(4) == "2"


def test_an_entry_of_several_keys_ends_at_the_finishing_key() -> None:
    line, _ = line_answered(b"200 result=49\n", DONE, b"200 result=50\n", b"200 result=35\n")
    assert line.ask(["hotline/code"], digits=8) == "12"


def test_an_entry_ends_when_it_is_full_or_time_runs_out() -> None:
    line, _ = line_answered(b"200 result=49\n", DONE, b"200 result=50\n", b"200 result=51\n", DONE, DONE)
    assert line.ask(["hotline/code"], digits=2) == "12"
    assert line.ask(["hotline/code"], digits=2) == "3"


@pytest.mark.parametrize(("late", "heard"), [(False, 2), (True, 1)])
def test_the_finishing_key_of_an_entry_that_was_full_answers_nothing_else(late: bool, heard: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Callers are told to end what they key by #, also where so many keys are enough."""
    keyed = b"200 result=35 endpos=80\n", DONE, b"200 result=50\n", DONE, b"200 result=35\n", DONE
    line, peer = line_answered(b"200 result=49\n", DONE, b"200 result=49\n", *keyed)
    monkeypatch.setattr("agi.line._BELATED", 0.0 if late else 2.0)
    assert line.ask(["hotline/code"], digits=2) == "11"
    assert line.ask(["hotline/four"]) == ("#" if late else "2")
    assert peer.heard[3:].count(b'STREAM FILE "hotline/four" "0123456789*#"\n') == heard
    assert late or line.ask(["hotline/other"]) == "#", "once"
    assert len(peer.heard) == (5 if late else 9)


def test_a_finishing_key_that_comes_into_the_waiting_answers_nothing_either() -> None:
    line, _ = line_answered(b"200 result=49\n", DONE, b"200 result=49\n", b"200 result=35\n", b"200 result=50\n")
    assert line.ask(["hotline/code"], digits=2) == "11"
    assert line.listen(4) == "2"


def test_nought_alone_reaches_a_person_at_once() -> None:
    line, _ = line_answered(b"200 result=48\n", DONE)
    assert line.ask(["hotline/code"], digits=8, alone="0") == "0"


def test_a_recording_tells_how_it_ended() -> None:
    line, peer = line_answered(
        b"200 result=35 (dtmf) endpos=8000\n",
        b"200 result=0 (timeout) endpos=16000\n",
        b"200 result=-1 (hangup) endpos=4000\n",
    )
    first = line.record("/tmp/x", limit=60, silence=5, beep=True)
    assert (first.ended_by, first.key, first.samples) == ("dtmf", "#", 8000)
    assert peer.heard[0] == b'RECORD FILE "/tmp/x" "wav" "#" 60000 "BEEP" "s=5"\n'
    assert line.record("/tmp/x", limit=60).ended_by == "timeout"
    assert line.record("/tmp/x", limit=60).ended_by == "hangup"


def test_the_guard_re_arms_the_exchanges_own_limit() -> None:
    line, peer = line_answered(b"200 result=1\n")
    line.guard(20)
    assert peer.heard == [b'SET VARIABLE "TIMEOUT(absolute)" "20"\n']


def test_an_application_runs_with_its_arguments() -> None:
    line, peer = line_answered(b"200 result=0\n", b"200 result=-2\n")
    assert line.run("Playtones", "425/100", "x") == "0"
    assert peer.heard == [b'EXEC "Playtones" "425/100,x"\n']
    with pytest.raises(BadCommand, match="NoSuch"):
        line.run("NoSuch")


def test_verbs_inherited_from_pyst2_go_the_same_safe_way() -> None:
    line, peer = line_answered(b"200 result=49\n", b"200 result=1\n", b"HANGUP\n")
    assert line.say_number("12\n3", "1") == "1"
    line.set_variable("A", 'b"\nHANGUP')
    assert all(heard.count(b"\n") == 1 for heard in peer.heard)
    with pytest.raises(HungUp):
        line.noop()
