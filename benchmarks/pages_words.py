"""How pages to be measured are written down."""

Lists = dict[tuple[str, str, str], dict[str, str]]
"""By who asks, the list and its page: what of it he asks for, and how the query says so."""
FAR = "9999999"
"""A page beyond the last shows the last."""
LAST, OF_MONTH, OF_YEAR = "page={far}", "since={month}&until={day}", "since={year}&until={day}"
