"""Synonyms kept by the office: words that people use for the same thing."""

from datetime import datetime

from sqlalchemy import JSON, String
from sqlalchemy.orm import Mapped, mapped_column

from hotline.database import Base


class Synonym(Base):
    """A group of words that mean the same to a search."""

    __tablename__ = "synonym"
    id: Mapped[int] = mapped_column(primary_key=True)
    words: Mapped[list[str]] = mapped_column(JSON)
    by: Mapped[str] = mapped_column(String(60))
    at: Mapped[datetime]
