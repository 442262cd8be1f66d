"""The generated half of pjsip.conf: transports, carriers and phones, each from typed values."""

import ipaddress
import secrets

from cli.connections import Network, Trunk
from cli.exchange_plan import ExchangePlan, Phone
from hotline.exchange.nodes import Node

GENERATED = "/etc/asterisk/generated"
HELD = 10  # so many times as long nothing need come from a phone that put its call on hold
KEYS = {"events": "rfc4733", "inband": "inband", "info": "info", "auto": "auto"}


def pjsip(plan: ExchangePlan) -> str:
    """All of it, the transports first."""
    carriers = [_trunk(trunk, plan.trunk_silent_seconds, dispatcher=plan.dispatcher) for trunk in plan.trunks]
    phones = [_phone(phone, plan.phone_silent_seconds) for phone in plan.phones]
    others = [_other(plan, other) for other in plan.others]
    return "\n".join([*_transports(plan), *_heard(plan), *carriers, *phones, *others])


def is_network(origin: str) -> bool:
    """Whether it is an address or a network, not a name."""
    try:
        ipaddress.ip_network(origin)
    except ValueError:
        return False
    return True


def _heard(plan: ExchangePlan) -> list[str]:
    """Carriers, and the phones' networks: all others are refused before anything of theirs is looked at. An access list
    knows no names: where a carrier has one there is none, and strangers are refused one by one."""
    origins = [*plan.phone_networks, *(one for trunk in plan.trunks for one in trunk.addresses)]
    origins += [other.sip_host for other in plan.others] + ([_host(plan.dispatcher)] if plan.dispatcher else [])
    if not all(map(is_network, origins)):
        return []
    return ["[heard]\ntype = acl\ndeny = 0.0.0.0/0\n" + "".join(f"permit = {one}\n" for one in dict.fromkeys(origins))]


def _transports(plan: ExchangePlan) -> list[str]:
    network, tls = plan.connections.network, plan.connections.tls
    udp = section("udp", type="transport", protocol="udp", bind=f"{plan.bind}:{plan.sip_port}")
    browsers = section("websocket", type="transport", protocol="wss" if tls else "ws", bind=plan.bind)
    made = [udp + _seen(network), browsers + _seen(network)]
    if tls is not None:
        made.append(section(
            "tls", type="transport", protocol="tls", bind=f"{plan.bind}:{tls.port}", method="tlsv1_2",
            cert_file=f"{GENERATED}/exchange.crt", priv_key_file=f"{GENERATED}/exchange.key",
            ca_list_file=f"{GENERATED}/carriers.crt" if tls.carriers else "",
            verify_server="yes" if tls.carriers else "no",
        ) + _seen(network))  # fmt: skip
    return made


def _seen(network: Network) -> str:
    """By which address an exchange behind NAT is seen, and by whom not."""
    text = "".join(f"local_net = {one}\n" for one in network.local_networks)
    if (address := network.external_address) is not None:
        text += f"external_media_address = {address}\nexternal_signaling_address = {address}\n"
    return text


def _trunk(trunk: Trunk, silent: int, *, dispatcher: str) -> str:
    """A carrier; behind a dispatcher all of them come from there, and are reached through it. From whom no packet comes
    for so long is gone, whatever his end says: his call holds neither channel nor operator. Shorter silences, one way
    too, end nothing."""
    name, over = trunk.name, r"\;transport=tls" if trunk.encrypted else ""
    text = section(
        name, "(line)", aors=name, transport=trunk.transport, from_user=trunk.shown, from_domain=trunk.home,
        outbound_auth=name if trunk.registers else "", media_encryption="sdes" if trunk.encrypted else "",
        disallow="all", allow=",".join(trunk.codecs), dtmf_mode=KEYS[trunk.keys], device_state_busy_at=trunk.channels,
        rtp_timeout=silent or "", rtp_timeout_hold=silent * HELD or "",
        outbound_proxy=rf"sip:{dispatcher}\;lr" if dispatcher else "",
    )  # fmt: skip
    text += "\n" + section(name, type="aor", contact=trunk.contact + over)
    text += "\n" + section(name, type="identify", endpoint=name, match=_host(dispatcher) or ",".join(trunk.addresses))
    return text + (_registration(trunk, over) if trunk.registers else "")


def _registration(trunk: Trunk, over: str) -> str:
    name, user = trunk.name, trunk.user or ""
    registrar = trunk.registrar or trunk.contact
    text = "\n" + section(name, type="auth", auth_type="userpass", username=user, password=trunk.password or "")
    # Callers wait for it: no delay at the start, and it is never given up.
    return text + "\n" + section(
        name, type="registration", transport=trunk.transport, outbound_auth=name, server_uri=registrar + over,
        client_uri=f"sip:{user}@{trunk.home}", contact_user=trunk.shown or user, expiration=trunk.expires,
        max_random_initial_delay=1, retry_interval=30, forbidden_retry_interval=300, max_retries=1000000,
        auth_rejection_permanent="no",
    )  # fmt: skip


def _other(plan: ExchangePlan, other: Node) -> str:
    """Another exchange: who came in here and wants a person is led to where the queues are. Each knows the other by its
    name and the secret that they share; whoever else takes that name stays outside."""
    secret = {"type": "auth", "auth_type": "userpass", "password": plan.others_secret}
    text = section(
        other.name, "(exchange)", auth=other.name, outbound_auth=f"{other.name}-ours", aors=other.name,
        from_user=plan.node, rtp_timeout=plan.phone_silent_seconds,
    )  # fmt: skip
    text += "\n" + section(other.name, username=other.name, **secret)
    text += "\n" + section(f"{other.name}-ours", username=plan.node, **secret)
    return text + "\n" + section(other.name, type="aor", contact=other.sip)


def _host(address: str) -> str:
    return address.rpartition(":")[0]


def _phone(phone: Phone, silent: int) -> str:
    """Whose process or network went sends no BYE and no packet: the call is ended, so that its operator is free. One in
    a browser has none but what stands in the exchange's own store (sorcery.conf); without that, one that nobody knows:
    where there is none at all the exchange says that it is broken."""
    number = phone.number
    return f"""[{number}]({"browser" if phone.browser else "phone"})
auth = {number}
aors = {number}
callerid = {number} <{number}>
rtp_timeout = {silent}
rtp_timeout_hold = {silent * HELD}

[{number}](password)
username = {number}
password = {phone.password or secrets.token_hex(24)}

[{number}](place)
"""


def section(name: str, template: str = "", **values: object) -> str:
    """One section of a file; a value that is empty has no line."""
    return f"[{name}]{template}\n" + "".join(f"{key} = {value}\n" for key, value in values.items() if str(value))
