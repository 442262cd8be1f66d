"""What can go wrong between us and the exchange's manager interface."""


class LinkError(Exception):
    """The base of all errors of this package."""


class LinkLost(LinkError):
    """The connection is gone, silent or unintelligible; a new link is needed."""


class LoginRefused(LinkError):
    """The exchange doesn't accept our name or secret."""


class NoAnswer(LinkError):
    """An action wasn't answered in time: whether it was done is not known."""


class ActionRefused(LinkError):
    """The exchange answered an action with an error; its words are the message."""


class UnsafeValue(LinkError, ValueError):
    """A header that could become another header or action was not sent."""
