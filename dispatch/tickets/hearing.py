"""What somebody hears of a recording: decided when he asks for a part of it, and again while that is sent."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from dispatch.tickets import reach
from hotline.accounts.accounts import Account
from recordings import masking
from recordings.masking import Stretch
from recordings.recordings import Recording, State

Masks = tuple[Stretch, ...]


def masks(session: Session, row: Recording, *, account: Account, original: bool, at: datetime) -> Masks | None:
    """What of a recording within his reach this one doesn't hear, `original`: as he asks to hear what is masked, too;
    None where he hears nothing of it, for want of another's consent."""
    if reach.must_ask(session, row, account=account, at=at):
        return None
    if not original:
        return masking.masked(session, row)
    return () if reach.hears_original(session, row, account=account, at=at) else None


@dataclass(frozen=True)
class Hearing:
    """One person's hearing of a recording, as it was decided when he asked; `epoch`: under which he had signed in."""

    recording_id: int
    masks: Masks
    account_id: int
    epoch: int
    original: bool

    def goes_on(self, session: Session, *, at: datetime) -> bool:
        """Whether it would be decided in the same way now."""
        account = session.get(Account, self.account_id)
        if account is None or not account.active or account.epoch != self.epoch:
            return False
        row = reach.recording(session, self.recording_id, account=account)
        if row is None or row.state != State.COMPLETE:
            return False
        return masks(session, row, account=account, original=self.original, at=at) == self.masks
