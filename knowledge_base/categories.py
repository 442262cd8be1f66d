"""The tree of categories: a path names a place in it, as 户籍/居住证."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from hotline.database import Base


class Category(Base):
    """One place in the tree; its parent is the path before the last stroke."""

    __tablename__ = "category"
    path: Mapped[str] = mapped_column(String(80), primary_key=True)
    place: Mapped[int] = mapped_column(default=0)  # among its sisters
    remark: Mapped[str] = mapped_column(String(200), default="")
