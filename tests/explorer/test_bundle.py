"""The page's modules in one do what they do apart."""

from __future__ import annotations

from playwright.sync_api import Browser

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


def test_each_module_is_run_once_when_it_is_first_wanted(chromium: Browser) -> None:
    page = chromium.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    with page.expect_console_message(lambda message: message.text == "late"):
        page.add_script_tag(content=bundle(MODULES, "js/main.js", "page.js"), type="module")
    page.close()
    assert said == ["once", "early", "run late", "late"]
