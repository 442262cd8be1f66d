"""The one base of what the knowledge base refuses."""

from collections.abc import Mapping


class KnowledgeError(Exception):
    """Something that can't be done to an entry, a licence item or an authorisation; the text is fit for a person."""


class Unfit(KnowledgeError):
    """What was typed can't be kept; `faults` says why in words, by field."""

    def __init__(self, faults: Mapping[str, str]) -> None:
        super().__init__("；".join(faults.values()))
        self.faults = dict(faults)


GONE = "该部门已撤销或尚未成立，请由承接其职能的部门办理"
"""Why nothing new is written or signed in the name of a department that doesn't exist."""
