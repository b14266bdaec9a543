"""Who works here: users, the banks they see, their sessions and their logins."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import INET
from sqlalchemy.orm import Mapped, mapped_column

from models.access import Role
from models.base import Base, Big, Choice, Created, Updated


class User(Updated, Base):
    """A person who may sign in."""

    __tablename__ = "users"

    user_id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    username: Mapped[str]
    email: Mapped[str]
    full_name: Mapped[str]
    password_hash: Mapped[str]
    role: Mapped[Role] = mapped_column(Choice(Role))
    is_active: Mapped[bool] = mapped_column(server_default=text("true"))
    must_change_password: Mapped[bool] = mapped_column(server_default=text("false"))
    language: Mapped[str] = mapped_column(server_default="en")
    time_zone: Mapped[str | None]
    theme: Mapped[str] = mapped_column(server_default="system")
    failed_logins: Mapped[int] = mapped_column(server_default=text("0"))
    locked_until: Mapped[datetime | None]
    totp_secret: Mapped[str | None]
    totp_last_step: Mapped[Big | None]
    last_login_at: Mapped[datetime | None]

    __table_args__ = (
        Index("uq_users_username", text("lower(username)"), unique=True),
        Index("uq_users_email", text("lower(email)"), unique=True),
        Index(None, "email"),
        Index(None, "created_at"),
    )


class UserBank(Created, Base):
    """A bank that a user may see."""

    __tablename__ = "user_banks"

    user_id: Mapped[Big] = mapped_column(ForeignKey("users.user_id", ondelete="CASCADE"), primary_key=True)
    bank_id: Mapped[int] = mapped_column(ForeignKey("banks.bank_id", ondelete="CASCADE"), primary_key=True)

    __table_args__ = (Index(None, "bank_id"),)


class UserSession(Updated, Base):
    """A signed-in browser, found by the hash of its cookie on every request."""

    __tablename__ = "user_sessions"

    session_id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    token_hash: Mapped[str]
    user_id: Mapped[Big] = mapped_column(ForeignKey("users.user_id", ondelete="CASCADE"))
    last_seen_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[str | None]
    ip: Mapped[str] = mapped_column(INET)
    user_agent: Mapped[str]
    second_factor_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("token_hash"),
        Index("ix_user_sessions_open", "user_id", postgresql_where=text("ended_at is null")),
    )


class LoginHistory(Created, Base):
    """One try to sign in, whoever tried (append-only)."""

    __tablename__ = "login_history"

    login_id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    user_id: Mapped[Big | None] = mapped_column(ForeignKey("users.user_id", ondelete="SET NULL"))
    username_tried: Mapped[str]
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    ip: Mapped[str] = mapped_column(INET)
    user_agent: Mapped[str]
    outcome: Mapped[str]

    __table_args__ = (
        Index("ix_login_history_username", text("lower(username_tried)"), "at"),
        Index(None, "ip", "at"),
        Index(None, "user_id", "at"),
    )
