"""What goes wrong with the line's rules."""


class LineRuleError(Exception):
    """A rule that can't be kept; the text is fit for a person."""
