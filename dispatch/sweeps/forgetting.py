"""Telephones in browsers are shut out once their operator's session is over."""

from dispatch.line import browser_phones
from dispatch.sweeps.duty import Duty
from hotline.accounts import phone_passwords
from hotline.times import now


def end_phone_passwords(duty: Duty) -> None:
    """Have the exchanges forget each password that holds no longer; one that can't be reached is asked again."""
    with duty.database.reading() as session:
        ended = phone_passwords.over(session, at=now())
    for told in ended:
        if browser_phones.shut_out(duty.settings, told.extension):
            with duty.database.writing() as session:
                phone_passwords.forget(session, told)
