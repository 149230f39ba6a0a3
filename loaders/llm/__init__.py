"""A language model as a second reader: what it says of a report counts only where the report itself says so."""

from loaders.llm.assistant import Assistant
from loaders.llm.settings import ModelSettings

__all__ = ["Assistant", "ModelSettings"]
