"""The vectors of texts, kept where every process finds them; made when a text changes, not when one is asked for."""

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from hotline.database import Base


class Embedding(Base):
    """The vector of one text by one model; `digest` is the text's SHA-256."""

    __tablename__ = "embedding"
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    model: Mapped[str] = mapped_column(String(60), primary_key=True)
    vector: Mapped[bytes] = mapped_column(LargeBinary)
