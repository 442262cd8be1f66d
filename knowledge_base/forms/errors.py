"""What goes wrong with a form as a whole, in words for whoever handed it in."""


class FormError(Exception):
    """A file that is no form of ours, or a deed that an import no longer allows."""
