"""The page's modules in one: what cannot be bundled is refused."""

from __future__ import annotations

import pytest

from api.bundle import bundle


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
