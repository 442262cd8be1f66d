"""The addresses of the staff's pages that `make bench-pages` doesn't ask for, each with the reason."""

ONE = "one thing by its key: as long as that is, however much lies beside it"
EMPTY = "a form that is filled in"
OF_A_CALL = "a part of the desk for a call that goes on; none does in an invented past"
SOUND = "a recording's sound, which no invented one has"
TICK = "asked again and again while something is done: how far that is"
UNASKED = {
    "authorisation_form.following": EMPTY, "authorisation_form.new": EMPTY, "entry_writing.edit": EMPTY,
    "entry_writing.new": EMPTY, "forms.empty": EMPTY, "licences.edit": EMPTY, "licences.new": EMPTY,
    "liaisons.edit": EMPTY, "passed.empty": EMPTY, "password.change": EMPTY, "register.edit": EMPTY,
    "register.new": EMPTY, "signing_in.form": EMPTY,
    "authorisation_sheet.sheet": ONE, "comparing.page": ONE, "entry_files.download": ONE, "forms.page": ONE,
    "forms.refused": ONE, "licence_versions.page": ONE, "retention.certificate": ONE, "supervision.letter": ONE,
    "own_calls.page": ONE, "ticket_files.download": ONE, "ticket_rules.looked_at": ONE, "voice_takes.page": ONE,
    "desk_referrals.new": OF_A_CALL, "desk_transfers.panel": OF_A_CALL,
    "case.taken_out": SOUND, "recordings.player": SOUND, "recordings.shape": SOUND, "recordings.sound": SOUND,
    "recordings.taken_out": SOUND, "voice.sound": SOUND, "voice_takes.sound": SOUND,
    "forms.progress": TICK, "system.index": TICK, "voice_readings.progress": TICK,
    "monthly_reports.file": "a month as it was reported; none is, in an invented past",
    "desk_events.events": "a stream that doesn't end: make bench-pop measures it",
    "health.healthz": "no page: whether the process answers", "inbox.opened": "it leads on to what the notice is about",
    "system.page": "how the machine's parts are: they are asked, not the lists",
}  # fmt: skip
