"""What can go wrong with what is kept, in words fit for a person."""


class KeptError(Exception):
    """Something that is kept can't be had, or doesn't hold."""


class StoreError(KeptError):
    """The place where it is kept can't be reached, or doesn't have what was asked for."""


class Absent(StoreError):
    """The place answers, and has nothing of that name."""


class KeyMissing(KeptError):
    """The key ring doesn't have the key that it was sealed with."""


class Tampered(KeptError):
    """What is kept isn't what was put away."""
