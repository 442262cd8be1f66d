"""The pages of the line: calls, and what is owed to who rang in vain."""

from benchmarks.pages_words import LAST, OF_MONTH, Lists

CALLS: Lists = {
    ("supervisor", "calls", "/calls"): {
        "all": "", "page 2": "page=2", "in the middle": "page=20000", "last page": LAST,
        "a day": "since={day}&until={day}", "a month": OF_MONTH, "abandoned": "outcome=abandoned",
        "closed in it": "handled=direct&" + OF_MONTH, "authorised": "handled=authorised&" + OF_MONTH,
        "referred": "handled=referred&" + OF_MONTH, "handed on": "handled=transferred&" + OF_MONTH,
        "written up": "handled=wrapped_up&" + OF_MONTH, "satisfied": "handled=operator_satisfied&" + OF_MONTH,
        "by machine": "outcome=answered_by_machine", "by machine, last page": f"outcome=answered_by_machine&{LAST}",
        "24 hours": "since_at={month}T10:00&until_at={day}T10:00&line=asked",
        "within 15 s": "line=quick", "lost": "line=lost", "waiting": "line=waiting", "call-backs": "direction=out",
        "number": "q={caller}", "four digits": "q={four}", "id": "q={call_id}", "no such": "q=没有这个"},
    ("office.city", "calls", "/calls"): {
        "all": "", "in the middle": "page=20000", "four digits": "q={four}", "number": "q={caller}"},
    ("supervisor", "call", "/calls/{call_id}"): {"page": ""},
    ("supervisor", "assessments", "/assessments"): {"all": "", "open": "state=open", "a month": OF_MONTH},
    ("operator1", "own calls", "/own-calls"): {
        "all": "", "a year": "since={year}", "missed": "since={month}&which=missed",
        "judged": "since={month}&which=judged"},
    ("supervisor", "transfers", "/transfers"): {
        "all": "", "last page": LAST, "a month": OF_MONTH, "nobody": "state=nobody", "counted": "counted=1",
        "department": "department=2"},
    ("supervisor", "call-backs", "/callbacks"): {
        "all": "", "last page": LAST, "due": "state=due", "done": "state=done", "by person": "by_person=1",
        "mine": "mine=1"},
    ("operator1", "call-backs", "/callbacks"): {"mine": "mine=1"},
    ("operator1", "call-back", "/callbacks/{callback}"): {"page": ""},
    ("supervisor", "missed", "/missed"): {
        "all": "", "last page": LAST, "open": "over=open", "mine": "mine=1", "counted": "counted=1",
        "in time": "in_time=1", "a month": OF_MONTH, "not reached": "over=not_reached"},
    ("supervisor", "places", "/places"): {
        "all": "", "last page": LAST, "open": "over=open", "expired": "over=expired", "a month": OF_MONTH},
    ("operator1", "desk", "/desk"): {"page": ""},
    ("operator1", "desk, line", "/desk/line"): {"page": ""},
    ("operator1", "desk, card", "/desk/card"): {"none": ""},
    ("operator1", "desk, search", "/desk/search"): {"words": "q=居住证", "full": "q=居住证&full=1"},
    ("supervisor", "figures", "/figures"): {
        "today": "", "a day": "day={day}", "a week": "until={day}&since={week}", "a month": OF_MONTH},
    ("supervisor", "figures, renewed", "/figures/board"): {"today": ""},
    ("supervisor", "recordings", "/custody"): {"all": "", "open": "show=open"},
    ("supervisor", "retention", "/retention"): {"all": ""},
    ("supervisor", "flags", "/flags"): {"all": ""},
    ("supervisor", "barred", "/barring"): {"all": ""},
    ("supervisor", "menu", "/menu"): {"page": ""},
    ("supervisor", "switches", "/switches"): {"all": ""},
    ("supervisor", "calendar", "/calendar"): {"page": ""},
    ("supervisor", "voice", "/voice"): {"all": ""},
    ("supervisor", "voice, readings", "/voice/readings"): {"all": ""},
}  # fmt: skip
