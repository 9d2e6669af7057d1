"""An Exchange is a flow of Segments; filters turn Segments into Findings; the policy turns
Findings into a Verdict; the engine turns the Verdict into what leaves.

`ls` is the architecture: nouns at the bottom, plug-ins side by side above the ports, the engine
without I/O, the edge with all of it, one assembly that knows everybody.
"""

__version__ = "0.1.0"
