"""What a process has loaded by the time that it serves stays to its end: nobody waits while it is searched for garbage.

Measured with the pages' modules loaded: 258,000 objects, 130 ms for each full look at them, in the middle of whatever
page or call came last; a thousandth of that once they are set aside."""

import gc


def set_aside() -> None:
    """Leave all that lives now out of every later look for garbage."""
    gc.collect()
    gc.freeze()
