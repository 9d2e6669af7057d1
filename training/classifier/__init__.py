"""The embedded classifier: what it is learned from and how."""
