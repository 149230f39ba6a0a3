"""What a text says: incidents, relations, values, modality and quotations, as statements with their evidence."""

from loaders.extraction.pipeline import extract, read, read_and_decide

__all__ = ["extract", "read", "read_and_decide"]
