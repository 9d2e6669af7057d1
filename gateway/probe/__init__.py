"""Probes: questions to a running gateway that show what no single answer shows."""
