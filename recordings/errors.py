"""What can go wrong with a recording that is kept, in words fit for a person."""


class RecordingError(Exception):
    """Something about a recording that can't be done, or doesn't hold."""


class StoreError(RecordingError):
    """The place where recordings are kept can't be reached, or doesn't have what was asked for."""


class Absent(StoreError):
    """The place answers, and has nothing of that name."""


class KeyMissing(RecordingError):
    """The key ring doesn't have the key that a recording was sealed with."""


class Tampered(RecordingError):
    """What is kept isn't what was put away."""
