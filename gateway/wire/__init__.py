"""Formats without vendors: server-sent events, JSON, content codings, field maps. Pure: bytes in,
values out; no I/O, no clock."""
