"""Benchmarks: ratios measured side by side in one run. Never a timed assertion in a test."""
