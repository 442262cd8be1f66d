"""What was typed into a form."""

from flask import request


def said(name: str, most: int = 500) -> str:
    """A field of the form, without blanks around it."""
    return request.form.get(name, "").strip()[:most]
