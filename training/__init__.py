"""Training of the models that ship; not part of what is installed."""
