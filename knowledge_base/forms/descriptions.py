"""The forms (附件1 and 2, 5 to 8), each described in its own module; the empty form, the reader, the export and the
documents take them from here. The columns are this project's, modelled on public forms; the notice names the forms
only."""

from collections.abc import Mapping

from knowledge_base.forms.annex_1 import UNITS
from knowledge_base.forms.annex_2 import LIAISONS
from knowledge_base.forms.annex_5 import FAQ
from knowledge_base.forms.annex_6 import LICENCES
from knowledge_base.forms.annex_7 import BASE
from knowledge_base.forms.annex_8 import AUTHORISATIONS
from knowledge_base.forms.columns import Form

__all__ = ["AUTHORISATIONS", "BASE", "FAQ", "FORMS", "LIAISONS", "LICENCES", "UNITS", "handed_in_by"]
FORMS = {form.annex: form for form in (UNITS, LIAISONS, FAQ, LICENCES, BASE, AUTHORISATIONS)}
OFFICES_ALONE = frozenset({UNITS.annex, LIAISONS.annex})


def handed_in_by(only: int | None) -> Mapping[str, Form]:
    """The forms that somebody may hand in: who there is, and whom one rings, is the office's to say. `only`: a
    liaison's department."""
    return FORMS if only is None else {annex: form for annex, form in FORMS.items() if annex not in OFFICES_ALONE}
