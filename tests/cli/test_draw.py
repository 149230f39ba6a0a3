"""`draw`: a picture by name, in the format that the file's name or the option asks for."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

from tests.cli.conftest import Run


def test_draw_svg_and_png(run: Run, tmp_path: Path) -> None:
    drawing, image = tmp_path / "dairy.svg", tmp_path / "dairy"
    assert run("draw", "Harbour", "--depth", "2", "-o", drawing).status == 0
    words = {each.text for each in ET.parse(drawing).iter() if each.text}
    assert {"Harbour Dairies", "Leith Foods", "Quayside Crew", "claimed by", "owned by"} <= words
    assert run("draw", "harbour-dairies", "--format", "png", "-o", image).status == 0
    assert image.read_bytes().startswith(b"\x89PNG")


def test_what_cannot_be_drawn(run: Run, tmp_path: Path) -> None:
    assert run("draw", "Harbour", "-o", tmp_path / "dairy.gif").status == 2
    unknown = run("draw", "Nobody at all", "-o", tmp_path / "nobody.svg")
    assert unknown.status == 1
    assert not list(tmp_path.iterdir())
