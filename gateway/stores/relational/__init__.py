"""The relational store: SQLite, and what else SQLAlchemy Core reaches with the same schema."""

from __future__ import annotations

from gateway.stores.relational.store import RelationalStore

__all__ = ["RelationalStore"]
