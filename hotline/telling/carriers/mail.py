"""E-mail by SMTP. A message keeps its Message-ID however often it is tried: who gets it twice sees it once."""

import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate

from hotline.settings import Settings
from hotline.telling.carriers import Later, Message, Refused, Unsure


@dataclass(frozen=True)
class Mail:
    """The mail server of the settings."""

    settings: Settings
    name: str = "email"

    def carry(self, message: Message) -> str:
        letter = written(message, self.settings.mail_from)
        try:
            server = self._connected()
        except (OSError, smtplib.SMTPException) as fault:
            raise Later(f"邮件服务器连接失败（{type(fault).__name__}）") from fault
        try:
            server.send_message(letter)
        except (smtplib.SMTPRecipientsRefused, smtplib.SMTPResponseException) as fault:
            raise _answered(fault) from fault
        except (OSError, smtplib.SMTPException) as fault:
            raise Unsure(f"邮件服务器中断（{type(fault).__name__}）") from fault
        finally:
            server.close()
        return str(letter["Message-ID"])

    def _connected(self) -> smtplib.SMTP:
        s, wait = self.settings, self.settings.telling_timeout_seconds
        trusted = ssl.create_default_context(cafile=s.mail_authority or None)
        if s.mail_security == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(s.mail_host, s.mail_port, timeout=wait, context=trusted)
        else:
            server = smtplib.SMTP(s.mail_host, s.mail_port, timeout=wait)
        try:
            if s.mail_security == "starttls":
                server.starttls(context=trusted)
            if s.mail_user:
                server.login(s.mail_user, s.mail_password.get_secret_value())
        except BaseException:
            server.close()
            raise
        return server


def written(message: Message, sender: str) -> EmailMessage:
    """The letter: plain text, from nobody in person, and not to be answered by machines."""
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = sender, message.place, message.subject
    letter["Date"], letter["Message-ID"] = formatdate(), f"<{message.id}@{sender.rpartition('@')[2]}>"
    letter["Auto-Submitted"] = "auto-generated"
    letter.set_content(message.text)
    return letter


def _answered(fault: smtplib.SMTPRecipientsRefused | smtplib.SMTPResponseException) -> Later | Refused:
    """What the server said: 5xx is for ever, anything else for now. Its words may hold an address: the code is kept."""
    if isinstance(fault, smtplib.SMTPRecipientsRefused):
        code = next(iter(fault.recipients.values()))[0]
    else:
        code = fault.smtp_code
    return (Refused if 500 <= code < 600 else Later)(f"邮件服务器答复{code}")
