"""Matching: a text folded to what it looks like, and many terms found in it at once."""
