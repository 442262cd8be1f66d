"""The torture of RFC 4475: for each of its 49 tests a message of our own that does what the RFC describes, with what may
be answered. The reception is called where the RFC calls somebody."""

from dataclasses import dataclass

SDP = "v=0\no=user 1 1 IN IP4 127.0.0.1\ns=-\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio 49217 RTP/AVP 8 101\na=rtpmap:101 telephone-event/8000\n"
NOTHING: frozenset[int] = frozenset()
CALL = frozenset({200})
BAD = frozenset(range(400, 506))
MAY_BE_DROPPED = BAD | {0}
SERVED = frozenset({200, 404})  # a number that isn't there, or somebody who has none with us, was understood all the same


@dataclass(frozen=True)
class Torture:
    """A message, and the last answer that is right (0: none at all may come)."""

    name: str
    content: bytes
    right: frozenset[int]


def _letter(text: str, body: str = "") -> bytes:
    return (text.strip("\n") + "\n\n" + body).replace("\n", "\r\n").encode("utf-8", "surrogateescape")


def _request(name: str, method: str, uri: str = "sip:96128@127.0.0.1", *, body: str = "", **changed: str | None) -> bytes:
    """An ordinary request with some headers as the test wants them; None leaves one out."""
    headers: dict[str, str | None] = {
        "Via": f"SIP/2.0/UDP 127.0.0.1;rport;branch=z9hG4bK-{name}", "From": f"<sip:13887700000@127.0.0.1>;tag={name}", "To": f"<{uri}>", "Call-ID": name,
        "CSeq": f"1 {method}", "Max-Forwards": "70", "Contact": "<sip:user@127.0.0.1>",
        "Content-Type": "application/sdp" if body else None, "Content-Length": str(len(body.replace("\n", "\r\n"))),
    }  # fmt: skip
    headers |= {key.replace("_", "-"): value for key, value in changed.items() if key != "start"}
    start = changed.get("start") or f"{method} {uri} SIP/2.0"
    return _letter("\n".join([start, *(f"{key}: {value}" for key, value in headers.items() if value is not None)]), body)


_SHORT = f"""
INVITE sip:96128@127.0.0.1;unknownparam SIP/2.0
TO :
 sip:96128@127.0.0.1
From   : "J Rosenberg \\\\\\""       <sip:13887700000@127.0.0.1>
  ;
  tag = wsinv
MaX-fOrWaRdS: 0068
Call-ID: wsinv.ndaksdj@192.0.2.1
Content-Length   : {len(SDP.replace(chr(10), chr(13) + chr(10)))}
cseq: 0009
  INVITE
Via  : SIP  /   2.0
 /UDP
    127.0.0.1;rport;branch=z9hG4bK-wsinv
s :
NewFangledHeader:   newfangled value
 continued newfangled value
UnknownHeaderWithUnusualValue: ;;,,;;,;
Content-Type: application/sdp
Route:
 <sip:127.0.0.1;lr;unknownwith=value;unknown-no-value>
v:  SIP  / 2.0  / TCP     192.0.2.2   ;
  branch  =   390skdjuw  ,
  SIP  / 2.0
  / UDP  192.168.255.111   ; branch=
 z9hG4bK30239
m:"Quoted string \\"\\"" <sip:user@127.0.0.1> ; newparam =
      newvalue ;
  secondparam ; q = 0.33
"""
_WILD = "1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*:&it+has=1,weird!*pas$wo~d_too.(doesn't-it)"
_METHOD = "!interesting-Method0123456789_*+`.%indeed'~"
_MANY_VIAS = "".join(f",\n SIP/2.0/UDP host{n}.example.com;branch=z9hG4bK{n:060d}" for n in range(30))
_PART = "--7a9c\nContent-Type: text/plain\n\nHello\n--7a9c\nContent-Type: application/octet-stream\n\n\x00\x01\udc82\udcff\n--7a9c--\n"
_STRANGE = "sip:96128;par=u%40example.net@127.0.0.1"
_REGISTER = "sip:127.0.0.1"


def _answer(name: str, start: str, **changed: str) -> bytes:
    return _request(name, "INVITE", start=start, **changed)


VALID = [
    Torture("wsinv", _letter(_SHORT, SDP), CALL),
    Torture("intmeth", _request("intmeth", _METHOD, f"sip:{_WILD}@127.0.0.1"), BAD),
    Torture("esc01", _request("esc01", "INVITE", "sip:sips%3A96128%40example.com@127.0.0.1", body=SDP), frozenset({404})),
    Torture("escnull", _request("escnull", "REGISTER", _REGISTER, From="sip:null-%00-null@127.0.0.1;tag=1", To="sip:null-%00-null@127.0.0.1"), BAD),
    Torture("esc02", _request("esc02", "RE%47IST%45R", _REGISTER), BAD),
    Torture("lwsdisp", _request("lwsdisp", "OPTIONS", From="caller<sip:caller@127.0.0.1>;tag=323"), SERVED),
    Torture("longreq", _request("longreq", "INVITE", body=SDP, From=f'"{"I have a user name of " + "extreme " * 30 + "proportion"}" <sip:{"amazingly" * 20}@127.0.0.1>;tag={"12982982982" * 8}',
                                Via=f"SIP/2.0/UDP 127.0.0.1;rport;branch=z9hG4bK-longreq{_MANY_VIAS}", Call_ID="longreq.one" + "really" * 20), CALL),
    Torture("dblreq", _request("dblreq", "REGISTER", _REGISTER) + _request("dblreq2", "INVITE", body=SDP), frozenset({404})),
    Torture("semiuri", _request("semiuri", "OPTIONS", _STRANGE), SERVED),
    Torture("transports", _request("transports", "OPTIONS", Via="SIP/2.0/UDP 127.0.0.1;rport;branch=z9hG4bK-transports\nVia: SIP/2.0/SCTP t2.example.com;branch=z9hG4bKb\n"
                                   "Via: SIP/2.0/TLS t3.example.com;branch=z9hG4bKc\nVia: SIP/2.0/UNKNOWN t4.example.com;branch=z9hG4bKd"), SERVED),
    Torture("mpart01", _request("mpart01", "MESSAGE", body=_PART, Content_Type="multipart/mixed; boundary=7a9c"), BAD),
    Torture("unreason", _answer("unreason", "SIP/2.0 200 = 2**3 * 5**2 но сто девяносто девять - простое"), NOTHING),
    Torture("noreason", _answer("noreason", "SIP/2.0 100 "), NOTHING),
    Torture("badbranch", _request("badbranch", "OPTIONS", Via="SIP/2.0/UDP 127.0.0.1;rport;branch=z9hG4bK"), SERVED),
    Torture("zeromf", _request("zeromf", "OPTIONS", Max_Forwards="0"), SERVED | {483}),
    Torture("sdp01", _request("sdp01", "INVITE", body=SDP, Accept="text/nobodyKnowsThis"), CALL | {406}),
    Torture("inv2543", _request("inv2543", "INVITE", body=SDP, Via="SIP/2.0/UDP 127.0.0.1;rport", From="<sip:13887700000@127.0.0.1>", Max_Forwards=None, Content_Length=None), CALL),
]
INVALID = [
    Torture("badinv01", _request("badinv01", "INVITE", body=SDP, Via="SIP/2.0/UDP 127.0.0.1;rport;;,;,,", Contact='"Joe" <sip:joe@127.0.0.1>;;;;,,;'), MAY_BE_DROPPED),
    Torture("clerr", _request("clerr", "INVITE", body=SDP, Content_Length="9999"), MAY_BE_DROPPED | CALL),
    Torture("ncl", _request("ncl", "INVITE", body=SDP, Content_Length="-999"), MAY_BE_DROPPED),
    Torture("scalar02", _request("scalar02", "REGISTER", _REGISTER, CSeq="36893488147419103232 REGISTER", Max_Forwards="300", Expires="10000000000000000000000000000000000000000"), MAY_BE_DROPPED),
    Torture("scalarlg", _answer("scalarlg", "SIP/2.0 503 Service Unavailable", CSeq="9292394834772304023312 OPTIONS", Retry_After="949302838503028349304023988"), NOTHING),
    Torture("quotbal", _request("quotbal", "INVITE", body=SDP, To='"Mr. J. User <sip:96128@127.0.0.1>'), MAY_BE_DROPPED),
    Torture("ltgtruri", _request("ltgtruri", "INVITE", body=SDP, start="INVITE <sip:96128@127.0.0.1> SIP/2.0"), MAY_BE_DROPPED),
    Torture("lwsruri", _request("lwsruri", "INVITE", body=SDP, start="INVITE sip:96128@127.0.0.1; lr SIP/2.0"), MAY_BE_DROPPED),
    Torture("lwsstart", _request("lwsstart", "INVITE", body=SDP, start="INVITE  sip:96128@127.0.0.1  SIP/2.0"), MAY_BE_DROPPED | CALL),
    Torture("trws", _request("trws", "OPTIONS", start="OPTIONS sip:96128@127.0.0.1 SIP/2.0  "), MAY_BE_DROPPED | SERVED),
    Torture("escruri", _request("escruri", "INVITE", body=SDP, start="INVITE sip:96128@127.0.0.1?Route=%3Csip:example.com%3E SIP/2.0"), MAY_BE_DROPPED | CALL),
    Torture("baddate", _request("baddate", "INVITE", body=SDP, Date="Fri, 01 Jan 2010 16:00:00 EST"), BAD | CALL),
    Torture("regbadct", _request("regbadct", "REGISTER", _REGISTER, Contact="sip:user@example.com?Route=%3Csip:sip.example.com%3E"), MAY_BE_DROPPED),
    Torture("badaspec", _request("badaspec", "OPTIONS", To='"Watson, Thomas" < sip:t.watson@example.org >'), MAY_BE_DROPPED | SERVED),
    Torture("baddn", _request("baddn", "OPTIONS", From="Bell, Alexander <sip:a.g.bell@127.0.0.1>;tag=43"), MAY_BE_DROPPED | SERVED),
    Torture("badvers", _request("badvers", "OPTIONS", start="OPTIONS sip:96128@127.0.0.1 SIP/7.0"), MAY_BE_DROPPED),
    Torture("mismatch01", _request("mismatch01", "OPTIONS", CSeq="8 INVITE"), MAY_BE_DROPPED),
    Torture("mismatch02", _request("mismatch02", "NEWMETHOD", CSeq="8 INVITE"), MAY_BE_DROPPED),
    Torture("bigcode", _answer("bigcode", "SIP/2.0 4294967301 better not break the receiver"), NOTHING),
    Torture("insuf", _request("insuf", "INVITE", body=SDP, From=None, To=None, Call_ID=None), MAY_BE_DROPPED),
    Torture("unkscm", _request("unkscm", "OPTIONS", To="<sip:96128@127.0.0.1>", start="OPTIONS nobodyKnowsThisScheme:totallyopaquecontent SIP/2.0"), MAY_BE_DROPPED),
    Torture("novelsc", _request("novelsc", "OPTIONS", To="<sip:96128@127.0.0.1>", start="OPTIONS soap.beep://192.0.2.103:3002 SIP/2.0"), MAY_BE_DROPPED),
    Torture("unksm2", _request("unksm2", "REGISTER", _REGISTER, To="isbn:2983792873", From="<http://www.example.com>;tag=3234233"), MAY_BE_DROPPED),
    Torture("bext01", _request("bext01", "INVITE", body=SDP, Require="nothingSupportsThis, nothingSupportsThisEither", Proxy_Require="noProxiesSupportThis"), frozenset({420})),
    Torture("invut", _request("invut", "INVITE", body="<audio><pcmu port='443'/></audio>", Content_Type="application/unknownformat"), BAD | CALL),
    Torture("regaut01", _request("regaut01", "REGISTER", _REGISTER, To="<sip:8001@127.0.0.1>", From="<sip:8001@127.0.0.1>;tag=1", Authorization="NoOneKnowsThisScheme opaque-data=here"), frozenset({0, 400, 401, 403})),
    Torture("multi01", _request("multi01", "INVITE", body=SDP, CSeq="5 INVITE\nCSeq: 59 OPTIONS", Call_ID="multi01\nCall-ID: other", Max_Forwards="70\nMax-Forwards: 5"), MAY_BE_DROPPED | CALL),
    Torture("mcl01", _request("mcl01", "OPTIONS", Content_Length="13\nContent-Length: 5"), MAY_BE_DROPPED | SERVED),
    Torture("bcast", _answer("bcast", "SIP/2.0 200 OK", Via="SIP/2.0/UDP 192.0.2.198;branch=z9hG4bK1324923\nVia: SIP/2.0/UDP 255.255.255.255;branch=z9hG4bK1saber23"), NOTHING),
    Torture("cparam01", _request("cparam01", "REGISTER", _REGISTER, Contact="sip:+19725552222@gw1.example.net;unknownparam"), BAD),
    Torture("cparam02", _request("cparam02", "REGISTER", _REGISTER, Contact="<sip:+19725552222@gw1.example.net;unknownparam>"), BAD),
    Torture("regescrt", _request("regescrt", "REGISTER", _REGISTER, Contact="<sip:user@example.com?Route=%3Csip:sip.example.com%3E>"), BAD),
]  # fmt: skip
