"""Pictures for papers and slides: an entity's surroundings and its timeline, as SVG or PNG, the same at every run."""

from store.drawing.picture import picture
from store.drawing.png import as_png

__all__ = ["as_png", "picture"]
