"""Structured logs: one JSON object a line, with the call's id and never a caller's full number."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

# Anything that could be a telephone or identity number: seven digits or more in a row.
_NUMBER = re.compile(r"(?<![\w.-])(\+?\d{3})\d+(\d{4}[Xx]?)(?![\w.-])")


def mask(number: str) -> str:
    """A number as screens and logs may show it: 13812341234 becomes 138****1234."""
    if len(number) < 7:
        return "*" * len(number)
    return f"{number[:3]}****{number[-4:]}"


def mask_within(text: str) -> str:
    """The text with every run of digits that could be a telephone number masked."""
    return _NUMBER.sub(r"\1****\2", text)


def _mask_all(_logger: Any, _name: str, fields: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for key, value in fields.items():
        if isinstance(value, str) and key not in {"timestamp", "call_id"}:
            fields[key] = mask_within(value)
    return fields


def set_up(*, process: str) -> None:
    """Send this process's log, ours and the libraries', to stderr as JSON lines."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _mask_all,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
            foreign_pre_chain=shared,
        )
    )
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    logging.getLogger("alembic").setLevel(logging.WARNING)
    structlog.contextvars.bind_contextvars(process=process)
