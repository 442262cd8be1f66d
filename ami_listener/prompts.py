"""The prompts that sound otherwise here than they were shipped, put where this exchange finds them."""

from dataclasses import dataclass, field

from hotline.database import Database
from hotline.settings import Settings
from hotline.voice import house_prompts
from hotline.voice.house_prompts import Own


@dataclass
class Prompts:
    """Those of one exchange. They stay there when we are gone: it says them without us."""

    settings: Settings
    database: Database
    _kept: dict[str, Own] = field(default_factory=dict)

    def keep(self) -> None:
        """Put there what changed, and take away what is the image's again."""
        with self.database.reading() as session:
            house_prompts.keep(session, self._kept, house=self.settings.folder, sounds=self.settings.sounds,
                               voice=self.settings.voice)  # fmt: skip
