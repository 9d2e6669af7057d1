"""Any JSON body, any stream of JSON: every string is judged, whatever it means."""

from gateway.adapters.generic.adapter import Generic

__all__ = ["Generic"]
