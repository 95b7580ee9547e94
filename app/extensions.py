"""The only place that builds Flask extensions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask_login import LoginManager
from flask_sqlalchemy import SQLAlchemy
from flask_wtf.csrf import CSRFProtect
from sqlalchemy.orm import Session

from app.foundation.database import Base


class Database(SQLAlchemy):
    """Flask-SQLAlchemy whose `session` says what it is to its users: the session of this request."""

    if TYPE_CHECKING:
        session: Session  # type: ignore[assignment]


db = Database(metadata=Base.metadata, session_options={"expire_on_commit": False})
login_manager = LoginManager()
csrf = CSRFProtect()
