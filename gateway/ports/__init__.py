"""The promises between the parts: one small Protocol per file, and the values it speaks in."""
