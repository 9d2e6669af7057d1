"""Stores: the final homes of records, one package or file per kind."""
