"""The four forms (附件5 to 8), each described in its own module; the empty form, the reader, the export and the
documents take them from here. The columns are this project's, modelled on public forms; the notice names the forms
only."""

from knowledge_base.forms.annex_5 import FAQ
from knowledge_base.forms.annex_6 import LICENCES
from knowledge_base.forms.annex_7 import BASE
from knowledge_base.forms.annex_8 import AUTHORISATIONS

__all__ = ["AUTHORISATIONS", "BASE", "FAQ", "FORMS", "LICENCES"]
FORMS = {form.annex: form for form in (FAQ, LICENCES, BASE, AUTHORISATIONS)}
