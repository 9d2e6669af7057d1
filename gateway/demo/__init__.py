"""The embedded demo model: an OpenAI-compatible upstream whose words come from a script.

It is not a model and says so: its name is ``sealgate-demo``. It runs in a process of its own and is
reached over loopback, as a real upstream would be.
"""
