"""The rooms of the house, and which may know of which."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MAY_IMPORT = {
    "ontology": set(),
    "loaders": {"ontology"},
    "store": {"ontology"},
    "api": {"ontology", "store", "loaders"},
    "incidentgraph": {"ontology", "loaders", "store", "api"},
}
# What is beside the program: it may use the rooms, and no room may use it.
BESIDE = {"training", "benchmarks", "examples", "tests"}


def sources(room: str) -> list[Path]:
    """The Python files of a room."""
    return [ROOT / f"{room}.py"] if room == "incidentgraph" else sorted((ROOT / room).rglob("*.py"))


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """Each import of a file as its line and the first part of its name, also of one that is made by a call."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            # A relative import stays within its room as long as it does not climb out of it.
            depth = len(path.relative_to(ROOT).parts) - 1
            names = [node.module or "."] if node.level == 0 or node.level > depth else []
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("import_module", "__import__")):
            names = [arg.value for arg in node.args[:1] if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
        yield from ((getattr(node, "lineno", 0), name.split(".")[0]) for name in names)


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_a_room_knows_only_what_it_may(room: str) -> None:
    forbidden = (MAY_IMPORT.keys() | BESIDE) - MAY_IMPORT[room] - {room}
    broken = [
        f"{path.relative_to(ROOT)}:{line} imports {name}"
        for path in sources(room)
        for line, name in imports(path)
        if name in forbidden
    ]
    assert not broken


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_a_room_is_there(room: str) -> None:
    assert sources(room)


def test_imports_are_seen_in_every_form(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("test_walls.ROOT" if __name__ == "test_walls" else f"{__name__}.ROOT", tmp_path)
    path = tmp_path / "store" / "x.py"
    path.parent.mkdir()
    path.write_text(
        "import api.app\nfrom loaders import read\nfrom .base import Store\nfrom ..api import x\n"
        "def f():\n    import importlib\n    importlib.import_module('training.run')\n"
    )
    assert sorted(name for _, name in imports(path)) == ["api", "api", "importlib", "loaders", "training"]
