"""The subjects of the forms by the number of their annex."""

from knowledge_base.forms import base, faq, leaves, liaisons, licences, registered
from knowledge_base.forms.subject import Subject

SUBJECTS: dict[str, Subject] = {s.form.annex: s for s in (
    registered.SUBJECT, liaisons.SUBJECT, faq.SUBJECT, licences.SUBJECT, base.SUBJECT, leaves.SUBJECT,
)}  # fmt: skip
