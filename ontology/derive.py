"""Writes everything that follows from `incident.ttl`: `python -m ontology.derive`.

A test compares each file with what this module would write, and fails when one is out of date.
"""

from __future__ import annotations

import json
from pathlib import Path

from ontology.model import Ontology
from ontology.page import page
from ontology.shacl import shapes
from ontology.style import look, style_sheet
from ontology.turtle import read_turtle, turtle

ROOT = Path(__file__).parent.parent


def model_json(model: Ontology) -> str:
    """The ontology as the JSON that `ontology()` reads."""
    return json.dumps(model.to_json(), ensure_ascii=False, indent=1) + "\n"


def derived() -> dict[Path, str]:
    """Each derived file and its content."""
    model = read_turtle(turtle())
    return {
        ROOT / "ontology/incident.json": model_json(model),
        ROOT / "ontology/shapes.ttl": shapes(model),
        ROOT / "api/browser/incident.grass": style_sheet(model),
        ROOT / "api/explorer/look.json": look(model),
        ROOT / "docs/ontology.md": page(model),
    }


def main() -> None:
    """Write each derived file that has changed."""
    for path, text in derived().items():
        if not path.exists() or path.read_text("utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
            print(f"wrote {path.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
