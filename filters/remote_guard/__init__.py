"""Remote guards: models and services that are asked about text, each by its own contract."""

from filters.remote_guard.contract import Account, Stamp
from filters.remote_guard.guard import Reach, RemoteGuardFilter
from filters.remote_guard.registry import CONTRACTS

__all__ = ["CONTRACTS", "Account", "Reach", "RemoteGuardFilter", "Stamp"]
