"""The telephones of departments: one SIPp that is busy, doesn't answer, doesn't exist, is another's or answers, by the number
rung."""

from pathlib import Path

from cli.sip import CITIZEN
from cli.sip_voice import capture_keys

NUMBER = "96128"  # whoever else shows himself is not answered: a department never sees the caller's number
BUSY, SILENT, UNKNOWN, WRONG = "17", "18", "19", "16"  # the last two digits of a number say how it behaves; any other answers
_ROUTES = {BUSY: "930", SILENT: "940", UNKNOWN: "950"}
_ANOTHERS = "960"
_ASKED = '<ereg regexp="[0-9]+{digits}@" search_in="hdr" header="To:" assign_to="ends{digits}"/>'
_REPLY = """
  <label id="{label}"/>
  <send retrans="500">
    <![CDATA[

      SIP/2.0 {code}
      [last_Via:]
      From:[$them]
      To:[$us];tag=[pid]u[call_number]
      [last_Call-ID:]
      CSeq: [$cseq]
      Content-Length: 0

    ]]>
  </send>
  <recv request="ACK" next="901"/>
"""
_SAYS_SO = """
  <label id="{label}"/>
  <recv request="BYE" timeout="{milliseconds}" ontimeout="{then}" next="900"/>
  <label id="{then}"/>
  <nop><action><exec play_pcap_audio="{keys}"/></action></nop>
"""


def scenario(folder: Path) -> Path:
    """The citizen's scenario, led elsewhere for the numbers that don't answer."""
    text = CITIZEN.read_text(encoding="latin-1")
    asked = "".join(_ASKED.format(digits=digits) for digits in (*_ROUTES, WRONG))
    asked += f'<ereg regexp="sip:{NUMBER}@" search_in="hdr" header="From:" check_it="true" assign_to="ours"/>'
    text = text.replace('assign_to="cseq"/>', f'assign_to="cseq"/>{asked}', 1)
    text = text.replace('</scenario>', '<Reference variables="ours"/></scenario>', 1)
    told = "".join(f'<nop next="{label}" test="ends{digits}"/>' for digits, label in _ROUTES.items())
    ringing = '<recv request="CANCEL" timeout="@RING@"'
    text = text.replace(ringing, f"{told}\n  {ringing}", 1)
    more = _REPLY.format(label=_ROUTES[BUSY], code="486 Busy Here") + _REPLY.format(label=_ROUTES[UNKNOWN], code="404 Not Found")
    more += f'<label id="{_ROUTES[SILENT]}"/><recv request="CANCEL" next="920"/>'
    more += _wrong_person(folder)
    text = text.replace('<label id="920"/>', f'{more}\n  <label id="920"/>', 1)
    text = text.replace("<!-- @STEPS@ -->", f'<nop next="{_ANOTHERS}" test="ends{WRONG}"/>\n  <!-- @STEPS@ -->', 1)
    path = folder / "liaisons.xml"
    path.write_text(text, encoding="latin-1")
    return path


def _wrong_person(folder: Path) -> str:
    """He picks up, and presses 2; once more on a busy machine."""
    steps = ""
    for place in (1, 2):
        keys = folder / f"wrong{place}.pcap"
        capture_keys("2", keys, place=place)
        steps += _SAYS_SO.format(label=f"96{3 * place - 3}", then=f"96{3 * place - 2}", milliseconds=2000 * place, keys=keys)
    return steps + '<recv request="BYE" next="900"/>'
