"""The four subjects by the number of their annex."""

from knowledge_base.forms import base, faq, leaves, licences
from knowledge_base.forms.subject import Subject

SUBJECTS: dict[str, Subject] = {s.form.annex: s for s in (faq.SUBJECT, licences.SUBJECT, base.SUBJECT, leaves.SUBJECT)}
