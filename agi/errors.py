"""What can go wrong on a telephone line, in words a shift leader understands."""


class LineError(Exception):
    """Anything that ends a command on the line; the base of all errors of this package."""


class HungUp(LineError):
    """The caller, or the exchange on his behalf, has gone."""


class DeadChannel(HungUp):
    """The exchange refused the command because the channel is already dead (511)."""


class BadCommand(LineError):
    """The exchange did not understand the command (510, 520), or it is one that must never be sent."""


class SoundMissing(LineError):
    """The exchange could not play a sound while the caller is still there."""


class LineLost(LineError):
    """The peer fell silent, spoke nonsense or too much: the conversation can't be resumed."""
