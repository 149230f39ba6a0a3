"""Documents to statements: `read` files, `extract` what a document says, `load_path` for both."""

from loaders.pipeline import LoadedDocument, extract, load_path, load_paths, understand
from loaders.sources import read, read_bytes

__all__ = ["LoadedDocument", "extract", "load_path", "load_paths", "read", "read_bytes", "understand"]
