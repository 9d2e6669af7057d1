"""Who may ask, for whom, how often: keys, identity, limits."""
