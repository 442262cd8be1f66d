"""What tests need not wait for: that passwords are slow to guess, and that each app and each database makes anew what
the one before made alike."""

from collections.abc import Callable
from functools import cache
from typing import Any

from argon2 import PasswordHasher
from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy import Engine
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule

from hotline import database
from hotline.accounts import accounts

SLOW = accounts._hasher  # what people's passwords are kept with
STATEMENTS = 5000


class Kept(BytecodeCache):
    """The compiled pages, for every app of this process."""

    def __init__(self) -> None:
        self._pages: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if page := self._pages.get(bucket.key):
            bucket.bytecode_from_string(page)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._pages[bucket.key] = bucket.bytecode_to_string()


def _once_a_rule(compiled: Callable[[Rule, bool], Any]) -> Callable[[Rule, bool], Any]:
    """What builds a route's address depends on its parts alone: compiled once for every app of this process."""
    kept: dict[Any, Any] = {}

    def builder(rule: Rule, append_unknown: bool = True) -> Any:
        if rule.defaults:
            return compiled(rule, append_unknown)
        key = (*rule._trace, append_unknown)
        if key not in kept:
            kept[key] = compiled(rule, append_unknown)
        return kept[key]

    return builder


def _once_a_statement(create: Callable[..., Engine]) -> Callable[..., Engine]:
    """Each statement is compiled once for all databases of a kind: they take the dialect of the first that was
    connected to, which is part of a compiled statement's key."""
    first: dict[str, Engine] = {}

    def engine(*about: Any, **more: Any) -> Engine:
        made = create(*about, **more)
        known = first.get(made.dialect.name)
        if known is None or known.dialect.server_version_info is None:
            made._compiled_cache = LRUCache(STATEMENTS)  # type: ignore[assignment]
            first[made.dialect.name] = made
        else:
            made.dialect = made.pool._dialect = known.dialect
            made._compiled_cache = known._compiled_cache
        return made

    return engine


def hurry() -> None:
    """For this process, not for those that it starts."""
    accounts._hasher = cache(lambda: PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    Flask.jinja_options = {"bytecode_cache": Kept()}
    Rule._compile_builder = _once_a_rule(Rule._compile_builder)  # type: ignore[method-assign]
    database.create_engine = _once_a_statement(database.create_engine)  # type: ignore[assignment]
