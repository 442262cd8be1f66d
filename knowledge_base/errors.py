"""The one base of what the knowledge base refuses."""


class KnowledgeError(Exception):
    """Something that can't be done to an entry, a licence item or an authorisation; the text is fit for a person."""
