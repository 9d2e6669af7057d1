"""Metrics and logs: counts, seconds and words from closed sets. Nothing here ever sees a text."""
