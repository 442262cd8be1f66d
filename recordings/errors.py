"""What can go wrong with a recording, in words fit for a person."""

from hotline.kept.errors import KeptError


class RecordingError(KeptError):
    """Something about a recording that can't be done; how it is kept has errors of its own, below the same one."""
