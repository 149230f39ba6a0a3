"""The documentation is held to the program: its commands and options exist, run, and are all described."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main
from fastapi.testclient import TestClient
from pydantic_settings import BaseSettings

import incidentgraph
from api.app import create_app
from api.settings import Settings
from loaders import load_path, read_bytes
from loaders.llm import ModelSettings
from loaders.pipeline import LoadedDocument
from loaders.sources import archive, files, formats, html, pdf
from store import Store, open_store

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
CLI = (ROOT / "docs" / "cli.md").read_text()
PROGRAM: Any = typer.main.get_command(incidentgraph.app)
COMMANDS: dict[str, Any] = {
    f"{name} {part}".strip(): command
    for name, group in PROGRAM.commands.items()
    for part, command in getattr(group, "commands", {"": group}).items()
}


def sections(text: str) -> dict[str, str]:
    """The sections of the page on the command line, by command."""
    parts = re.split(r"(?m)^## `([a-z]+(?: [a-z]+)?)[^`]*`$", text)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def options(command: Any) -> set[str]:
    """The long names of a command's options."""
    return {name for each in command.params for name in each.opts if name.startswith("--") and name != "--help"}


def test_every_command_has_its_section_and_every_section_its_command() -> None:
    assert set(sections(CLI)) == set(COMMANDS)


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_option_is_described_and_every_described_one_exists(name: str) -> None:
    # An option is described in bold code at the start of a list item; prose may speak of those of other commands.
    described = set(re.findall(r"--[a-z-]+", " ".join(re.findall(r"(?m)^- (.+?)(?::|$)", sections(CLI)[name]))))
    assert described == options(COMMANDS[name])


def test_the_options_of_the_program_are_described() -> None:
    line = next(line for line in CLI.splitlines() if line.startswith("**Options of the program itself**"))
    assert set(re.findall(r"--[a-z-]+", line)) == options(PROGRAM)


def test_settings_are_those_of_the_api() -> None:
    text = (ROOT / "docs" / "deploy.md").read_text()
    table = re.search(r"<!-- settings -->\n(.*?)\n<!-- /settings -->", text, re.DOTALL)
    assert table and table[1].splitlines()[2:] == list(settings_rows())


def test_settings_of_a_language_model_are_those_of_the_program() -> None:
    text = (ROOT / "docs" / "extraction.md").read_text()
    table = re.search(r"<!-- llm -->\n(.*?)\n<!-- /llm -->", text, re.DOTALL)
    assert table and table[1].splitlines()[2:] == list(settings_rows(ModelSettings))


def settings_rows(settings: type[BaseSettings] = Settings) -> Iterator[str]:
    """A row for each setting, as the page has it."""
    for name, field in settings.model_fields.items():
        default = field.get_default()
        shown = "" if default in (None, ()) else f"`{default}`"
        yield f"| `{settings.model_config['env_prefix']}{name.upper()}` | {shown} | {field.description} |"


def test_bounds_are_those_of_the_sources() -> None:
    text = (ROOT / "docs" / "reports.md").read_text()
    assert files.FILE_BYTES == archive.MEMBER_BYTES == 25_000_000 and "| 25 MB |" in text
    assert f"{formats.BODY_LENGTH:,} characters" in text
    assert f"{html._ELEMENTS:,} |" in text
    assert f"{pdf._PAGES:,}, and {pdf._SECONDS:.0f} seconds" in text
    assert (
        f"{files.ARCHIVE_BYTES // 10**6} MB packed, {archive.TOTAL_BYTES // 10**6} MB and {archive.MEMBERS:,}" in text
    )
    assert f"and {archive.RATIO} times" in text
    assert f"{files.FOLDER_FILES:,} files" in text


def test_the_header_in_the_page_is_read_as_it_says() -> None:
    text = (ROOT / "docs" / "reports.md").read_text()
    sample = re.search(r"```text\n(.*?)```", text, re.DOTALL)
    assert sample
    document = read_bytes("sample.txt", sample[1].encode())
    assert (document.title, document.published_on) == ("Dairy stops bottling", "2025-09-02")
    assert (document.publisher, document.marking.value) == ("The Leith Gazette", "TLP:AMBER")


@pytest.mark.parametrize("page", [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))], ids=lambda p: p.name)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", page.read_text()):
        assert (page.parent / target).exists(), target


@pytest.fixture(scope="module")
def examples(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """The example reports, loaded as `make run` does."""
    with open_store(tmp_path_factory.mktemp("examples") / "graph") as store:
        for item in load_path(ROOT / "examples" / "reports"):
            assert isinstance(item, LoadedDocument), item
            store.load(item.document, item.statements)
        yield store


def readme_commands(start: str) -> list[str]:
    """The commands in the README's shell blocks that begin with a word."""
    blocks = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
    return [line for block in blocks for line in block.replace("\\\n", " ").splitlines() if line.startswith(start)]


def test_the_readme_has_things_to_try() -> None:
    assert len(readme_commands("incidentgraph")) + len(readme_commands("curl")) >= 5


@pytest.mark.parametrize("command", readme_commands("incidentgraph"))
def test_what_the_readme_runs_runs(
    command: str, examples: Store, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("INCIDENTGRAPH_STORE", examples.status().address)
    monkeypatch.setattr("sys.argv", shlex.split(command))
    _run()
    out, _ = capsys.readouterr()
    assert len(out.strip().splitlines()) > 2


def _run() -> None:
    try:
        incidentgraph.run()
    except SystemExit as exit_:
        assert not exit_.code


@pytest.mark.parametrize("command", readme_commands("curl"))
def test_what_the_readme_asks_the_api_is_answered(command: str, examples: Store) -> None:
    (address,) = re.findall(r"http://localhost:8000(/[^'\" ]*)", command)
    body = re.search(r"-d '([^']+)'", command)
    with TestClient(create_app(examples, Settings(anonymous="always", anonymous_clearance="TLP:RED"))) as client:
        client.headers["host"] = "localhost"
        answer = client.post(address, json=json.loads(body[1])) if body else client.get(address)
    assert answer.status_code == 200
    assert len(answer.text) > 100
