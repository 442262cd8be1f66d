"""What tests need not wait for: that passwords are slow to guess, and that each app compiles the pages anew."""

from functools import cache

from argon2 import PasswordHasher
from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache

from hotline.accounts import accounts

SLOW = accounts._hasher  # what people's passwords are kept with


class Kept(BytecodeCache):
    """The compiled pages, for every app of this process."""

    def __init__(self) -> None:
        self._pages: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if page := self._pages.get(bucket.key):
            bucket.bytecode_from_string(page)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._pages[bucket.key] = bucket.bytecode_to_string()


def hurry() -> None:
    """For this process, not for those that it starts."""
    accounts._hasher = cache(lambda: PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    Flask.jinja_options = {"bytecode_cache": Kept()}
