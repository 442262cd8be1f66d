"""Structured logs: one JSON object a line, with the call's id and never a caller's full number."""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog
from structlog.stdlib import ProcessorFormatter

from hotline import digits

# Call ids, tickets' numbers, days and moments, the exchange's own ids, digests: these are nobody's telephone.
_KEPT = (
    r"(?<!\w)\d{14}-[0-9a-f]{12}(?!\w)",
    r"(?<!\w)(?:[A-Za-z]{1,8}|\d{3,6})-20\d{6}-\d{4}(?![\w-])",
    r"(?<![\w-])\d{4}-[01]\d-[0-3]\d(?:[T ][0-2]\d:[0-5]\d(?::[0-5]\d(?:\.\d{1,6})?)?)?(?![\d-])",
    r"(?<![\w.])(?:[A-Za-z]{1,20}\d{0,3}-)?1[7-9]\d{8}\.\d{1,9}(?![\d.])",
    r"(?<![0-9A-Za-z])[0-9a-f]{32,64}(?![0-9A-Za-z])",
)
_NUMBER = digits.rows(_KEPT)  # a query code is found, too
_SMALLEST = 1_000_000


def mask(number: str) -> str:
    """A number as screens and logs may show it: 13812341234 becomes 138****1234; of a short one more is hidden."""
    if len(number) < 7:
        return "*" * len(number)
    if len(number) < 11:
        return f"****{number[-2:]}"
    return f"{number[:3]}****{number[-4:]}"


def mask_within(text: str) -> str:
    """The text with everything in it masked that could be a telephone number."""
    return _NUMBER.sub(lambda found: found["kept"] or mask(digits.alone(found[0])), text)


def _masked(value: Any) -> Any:
    """The same value without numbers, however deep they lie."""
    match value:
        case None | bool() | float():
            return value
        case int():
            return value if abs(value) < _SMALLEST else mask(str(value))
        case dict():
            return {mask_within(str(key)): _masked(inner) for key, inner in value.items()}
        case list() | tuple() | set() | frozenset():
            return [_masked(inner) for inner in value]
    return mask_within(str(value))


def _mask_all(_logger: Any, _name: str, fields: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for key, value in fields.items():
        if not key.startswith("_"):  # structlog's own, taken away before anything is written
            fields[key] = _masked(value)
    return fields


def set_up(*, process: str) -> None:
    """Send this process's log, ours and the libraries', to stderr as JSON lines."""
    shared = _processors(process)
    structlog.configure(
        processors=[*shared, ProcessorFormatter.wrap_for_formatter], logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO), cache_logger_on_first_use=True,
    )  # fmt: skip
    handler = logging.StreamHandler(sys.stderr)
    written: list[structlog.typing.Processor] = [ProcessorFormatter.remove_processors_meta,
                                                 structlog.processors.JSONRenderer(ensure_ascii=False)]  # fmt: skip
    handler.setFormatter(ProcessorFormatter(processors=written, foreign_pre_chain=shared))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for talkative in ("alembic", "celery"):
        logging.getLogger(talkative).setLevel(logging.WARNING)


def _processors(process: str) -> list[structlog.typing.Processor]:
    """What every line passes, ours and the libraries'."""

    def named(_logger: Any, _name: str, fields: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        return {**fields, "process": process}  # bound to a context it would be missing in every other thread

    return [structlog.contextvars.merge_contextvars, named, structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True), structlog.processors.format_exc_info,
            _mask_all]  # fmt: skip
