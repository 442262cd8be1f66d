"""The one base of what the knowledge base refuses."""


class KnowledgeError(Exception):
    """Something that can't be done to an entry, a licence item or an authorisation; the text is fit for a person."""


GONE = "该部门已撤销或尚未成立，请由承接其职能的部门办理"
"""Why nothing new is written or signed in the name of a department that doesn't exist."""
