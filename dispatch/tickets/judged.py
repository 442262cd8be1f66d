"""What is judged of each handing by its own row alone: whether a rate of departments counts it (figures/rates.py), and
as its part. The database keeps it as bits of one number, so that a year of it lies in an index."""

from enum import StrEnum


class Rate(StrEnum):
    """A rate of the matters that were handed to a department in some time. A new one comes last: its bits are next."""

    ACCEPTED = "accepted"  # 按时签收率
    ANSWERED = "answered"  # 按时办结率
    RETURNED = "returned"  # 退单率
    EXTENDED = "extended"  # 延期率
    REDONE = "redone"  # 重办率
    REACHED = "reached"  # 回访率
    SOLVED = "solved"  # 解决率
    SATISFIED = "satisfied"  # 满意率


_JUDGED = {
    Rate.ACCEPTED: ("accept_by IS NOT NULL AND accepted_at IS NOT NULL", "accepted_at <= accept_by"),
    Rate.ANSWERED: ("answered_at IS NOT NULL AND due_at IS NOT NULL", "answered_at <= due_at"),
    Rate.RETURNED: ("way = 'handed'", "ended = 'return'"),
    Rate.EXTENDED: ("way <> 'along' AND ended <> 'succeed'", "extended_days > 0"),
    Rate.REDONE: ("reached IS TRUE", "ended IN ('redo', 'redo_again')"),
    # 表扬 and 建议 need no call-back: they have no say whether anybody was reached
    Rate.REACHED: ("reached IS NOT NULL", "reached IS TRUE"),
    Rate.SOLVED: ("solved IS NOT NULL", "solved IS TRUE"),
    Rate.SATISFIED: ("satisfaction IS NOT NULL", "satisfaction < 4"),
}
_WHOLE = {rate: 1 << 2 * n for n, rate in enumerate(Rate)}
JUDGED = " + ".join(
    f"CASE WHEN {whole} THEN CASE WHEN {part} THEN {3 * _WHOLE[rate]} ELSE {_WHOLE[rate]} END ELSE 0 END"
    for rate, (whole, part) in _JUDGED.items()
)
"""The number as the database reckons it: for each rate a bit where it counts the row, the next where as its part."""


def bits_of(rate: Rate) -> tuple[int, int]:
    """The bit of the rate's part, and that of its whole."""
    return 2 * _WHOLE[rate], _WHOLE[rate]
