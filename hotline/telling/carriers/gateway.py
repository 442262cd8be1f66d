"""Short messages by a gateway: the registered number of a text and its values, never words of our own."""

from dataclasses import dataclass

from hotline.settings import Settings
from hotline.telling.carriers import Message, Unregistered
from hotline.telling.carriers.http import post


@dataclass(frozen=True)
class Gateway:
    """The gateway of the settings."""

    settings: Settings
    name: str = "sms"

    def carry(self, message: Message) -> str:
        if not message.template:
            raise Unregistered("短信模板尚未报备")
        content = {"id": message.id, "to": message.place, "template": message.template, "values": message.values}
        answer = post(self.settings.sms_gateway, content, message_id=message.id,
                      secret=self.settings.sms_secret.get_secret_value(), wait=self.settings.telling_timeout_seconds)
        return str(answer.get("reference", ""))
