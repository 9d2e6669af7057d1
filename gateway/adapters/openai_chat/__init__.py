"""OpenAI chat completions, and everything that speaks like them."""

from gateway.adapters.openai_chat.adapter import OpenAIChat

__all__ = ["OpenAIChat"]
