"""What differs from exchange to exchange, as one frozen value, and the configuration files made of it."""

import os
from pathlib import Path

from cli.connections import HARMLESS
from cli.engine import ExchangeError, most_files
from cli.exchange_plan import ExchangePlan
from cli.exchange_sip import GENERATED, is_network, pjsip
from dispatch.line import skilled
from dispatch.line.overflow import HELD
from hotline.setting_shapes import PATTERN

JOINING_SECONDS = 45
"""Who picks up in the last moment still hears what it is about, and joins, before the caller is brought back."""


def write(plan: ExchangePlan) -> Path:
    """Render the generated configuration (mode 0600, it holds passwords) and return its folder."""
    target = plan.root / "generated"
    target.mkdir(parents=True, exist_ok=True)
    for name, text in render(plan).items():
        _keep(target / f"{name}.conf", f"; Generated at each start: changes here are lost.\n{text}".encode())
    for name, source in (plan.connections.tls.files() if plan.connections.tls else {}).items():
        _keep(target / name, source.read_bytes())
    return target


def _keep(path: Path, content: bytes) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
        out.write(content)


def render(plan: ExchangePlan) -> dict[str, str]:
    """The generated files by name."""
    _refuse_harmful(plan)
    return {
        "options": f"systemname = {plan.node}\nmaxfiles = {most_files()}\n",
        "globals": _globals(plan),
        "outside": "".join(f"exten => _0{one},1,Goto(outside,${{EXTEN:1}},1)\n" for one in plan.outside),
        "pjsip_endpoints": pjsip(plan),
        "manager": _manager(plan),
        "http": _http(plan),
        "rtp": f"rtpstart = {plan.rtp_from}\nrtpend = {plan.rtp_to}\n",
        "queues_local": _queues(plan),
        "queuerules_local": f"[overflow]\npenaltychange => {plan.overflow_seconds},{HELD}\n",
        "aeap": f"[ear]\ntype = client\ncodecs = !all,ulaw\nurl = {plan.ear}\nprotocol = speech_to_text\n",
    }


def _refuse_harmful(plan: ExchangePlan) -> None:
    values = [str(plan.folder), plan.ami_secret, plan.agi, plan.ear, plan.bind, plan.node, plan.number, plan.ami_user]
    if plan.trunk not in {trunk.name for trunk in plan.trunks}:
        raise ExchangeError(f"HOTLINE_TRUNK is {plan.trunk}: the file of trunks has none of that name")
    if strange := [one for one in plan.phone_networks if not is_network(one)]:
        raise ExchangeError(f"HOTLINE_PHONE_NETWORKS: no network as 10.0.0.0/8: {', '.join(strange)}")
    values += [plan.others_secret] if plan.others else []
    values += [phone.number for phone in plan.phones] + [phone.password for phone in plan.phones if not phone.browser]
    if not all(HARMLESS.fullmatch(value) for value in values) or not all(map(PATTERN.fullmatch, plan.outside)):
        raise ExchangeError(
            "A name, address or password for the exchange is empty or holds a space or a sign such as ; $ {"
        )


def _globals(plan: ExchangePlan) -> str:
    return f"""AGI = {plan.agi}
FOLDER = {plan.folder}
NUMBER = {plan.number}
NODE = {plan.node}
OTHERS = {','.join(one.name for one in plan.others)}
TRUNK = {plan.trunk}
ANSWER_BUDGET = {plan.answer_budget}
STEP_BUDGET = {plan.step_budget}
MENU_SECONDS = {plan.menu_seconds}
QUEUE_SECONDS = {plan.queue_seconds}
SKILL_SECONDS = {plan.skill_seconds}
OVERFLOW_WAITING = {plan.overflow_waiting}
PLACES = {'yes' if plan.places else 'no'}
TRANSFER_SECONDS = {plan.transfer_seconds + JOINING_SECONDS}
MESSAGE_SILENCE = {plan.message_silence}
MESSAGE_SECONDS = {plan.message_seconds}
"""


def _queues(plan: ExchangePlan) -> str:
    """Who is rung first; how often callers hear where they stand, not sooner either when somebody before them has gone;
    and their keys."""
    said = f"strategy = {plan.strategy}\n"
    said += f"announce-frequency = {plan.said_seconds}\nmin-announce-frequency = {plan.said_seconds}\n"
    said += "context = queue-keys-place\n" if plan.places else ""
    return "".join(f"[{queue}](+)\n{said}" for queue in skilled.queues("hotline"))


def _http(plan: ExchangePlan) -> str:
    """Browsers come over TLS where there is a certificate, else a proxy on this machine has it."""
    tls = plan.connections.tls
    plain = f"enabled = yes\nbindaddr = {'127.0.0.1' if tls else plan.bind}\nbindport = {plan.http_port}\n"
    if tls is None:
        return plain
    return (
        plain
        + f"""tlsenable = yes
tlsbindaddr = {plan.bind}:{tls.browser_port}
tlscertfile = {GENERATED}/exchange.crt
tlsprivatekey = {GENERATED}/exchange.key
"""
    )


def _manager(plan: ExchangePlan) -> str:
    # `system` is for DBPut (staffed, codes) and contact states; Originate could misuse it for System() or
    # SHELL(), so neither module is loaded and live_dangerously is off. RTCP and dialplan events are left out.
    return f"""bindaddr = 127.0.0.1
port = {plan.ami_port}

[{plan.ami_user}]
secret = {plan.ami_secret}
deny = 0.0.0.0/0.0.0.0
permit = 127.0.0.1/255.255.255.255
read = system,call,agent,user
write = system,call,agent,originate,reporting
writetimeout = 5000
"""
