"""Whether somebody set the machine's clock: the one that nobody sets tells."""

from time import monotonic, time


class Clock:
    """Both of them, compared each time it is asked."""

    def __init__(self) -> None:
        self._apart = time() - monotonic()

    def jumped(self) -> float:
        """Seconds by which it was set since it was asked last; less than 0 where it was set back."""
        before, self._apart = self._apart, time() - monotonic()
        return self._apart - before
