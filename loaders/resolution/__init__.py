"""Which entity is meant: known names, and names and nouns that stand for one another within a text."""

from loaders.resolution.gazetteer import Gazetteer, Name, gazetteer

__all__ = ["Gazetteer", "Name", "gazetteer"]
