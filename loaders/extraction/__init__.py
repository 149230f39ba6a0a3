"""What a text says: mentions, incidents, relations, values, modality and quotations, as statements with their evidence."""

from loaders.extraction.pipeline import extract, read

__all__ = ["extract", "read"]
