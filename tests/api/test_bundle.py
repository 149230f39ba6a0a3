"""The page's modules in one: what they do stays, and what cannot be bundled is refused."""

from __future__ import annotations

import subprocess
from pathlib import Path
from shutil import which

import pytest

from api.bundle import bundle

MODULES = {
    "js/main.js": 'import { told as said, Told } from "./parts/told.js";\n'
    'const { late } = await0(() => import("./parts/late.js"));\n'
    "function await0(load) { load().then((module) => said(module.late)); return new Told(); }\n"
    'said("early");\n',
    "words.json": '{"late": "late"}\n',
    "js/parts/told.js": 'console.log("once");\nexport const told = (word) => console.log(word);\n'
    "export class Told {}\n",
    "js/parts/late.js": 'import words from "../../words.json" with { type: "json" };\n'
    'import { told } from "./told.js";\ntold("run late");\nexport const late = words.late;\n',
}


@pytest.mark.skipif(not which("node"), reason="no Node to run the bundle with; the browser's tests run the page's")
def test_each_module_is_run_once_when_it_is_first_wanted(tmp_path: Path) -> None:
    page = tmp_path / "page.mjs"
    page.write_text(bundle(MODULES, "js/main.js", "page.js"))
    found = subprocess.run(["node", page], check=True, capture_output=True, text=True)
    assert found.stdout.split("\n") == ["once", "early", "run late", "late", ""]


def test_the_address_of_what_is_not_bundled_holds_where_the_bundle_stands() -> None:
    made = bundle(
        {"js/parts/graph.js": 'const load = () => import("../../vendor/graph.mjs");\n'}, "js/parts/graph.js", "page.js"
    )
    assert 'import("./vendor/graph.mjs")' in made


@pytest.mark.parametrize(
    "line",
    ['import all from "./a.js";', 'import * as a from "./a.js";', "export default 1;", 'export { a } from "./a.js";',
     "export let a = 1;", 'import { a } from "./nowhere.js";'],
)  # fmt: skip
def test_what_cannot_be_bundled_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match=r"main\.js"):
        bundle({"main.js": f"{line}\n", "a.js": "export const a = 1;\n"}, "main.js", "page.js")
