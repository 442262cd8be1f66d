"""What the doctor says of the carrier of our own calls: which number they show, how many channels they may take."""

from collections.abc import Iterator

from cli.connections import Trunk
from cli.exchange_plan import ExchangePlan
from hotline.settings import Settings


def seen(plan: ExchangePlan, settings: Settings) -> tuple[bool, str]:
    """Whether our calls show what the carrier permits, and leave callers their channels; what was seen."""
    ours = next((trunk for trunk in plan.trunks if trunk.name == plan.trunk), None)
    if ours is None:
        return False, f"HOTLINE_TRUNK is {plan.trunk}: there is no trunk of that name"
    if wrong := list(_faults(ours, settings)):
        return False, "; ".join(wrong)
    known = "as the carrier permits" if ours.permits else "what the carrier permits isn't written down"
    free = settings.trunk_channels - settings.trunk_reserved
    number = shown(ours, settings)
    return True, f"calls by {ours.name} show {number}, {known}; the machine takes {free} of {ours.channels}"


def shown(trunk: Trunk, settings: Settings) -> str:
    """The number that calls by this trunk show."""
    return trunk.shown or settings.number


def _faults(trunk: Trunk, settings: Settings) -> Iterator[str]:
    number = shown(trunk, settings)
    if trunk.permits and number not in trunk.permits:
        yield f"calls by {trunk.name} show {number}, and the carrier permits {', '.join(trunk.permits)}"
    if number != settings.shown_number:
        yield f"they show {number}, and short messages announce {settings.shown_number} (HOTLINE_TRUNK_SHOWN)"
    if trunk.channels != settings.trunk_channels:
        yield f"{trunk.name} has {trunk.channels} channels, and HOTLINE_TRUNK_CHANNELS says {settings.trunk_channels}"
    if settings.trunk_reserved >= settings.trunk_channels:
        yield "HOTLINE_TRUNK_RESERVED leaves the machine no channel: nobody is ever called back"
