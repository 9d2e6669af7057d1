"""Protocols whose answers are files: OpenAI's images and speech, DashScope's image synthesis."""

from gateway.adapters.media.dashscope import DashscopeImages
from gateway.adapters.media.images import OpenAIImages
from gateway.adapters.media.speech import OpenAISpeech

__all__ = ["DashscopeImages", "OpenAIImages", "OpenAISpeech"]
