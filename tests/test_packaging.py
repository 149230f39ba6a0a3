"""The wheel holds all that runs, and works where there is no checkout."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import sysconfig
import tarfile
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("ontology", "loaders", "store", "api")
REPORT = (
    "TITLE: Bank hit by an attack\nDATE: 20250903\n\n"
    "Hackers attacked the British bank HSBC on 2 September 2025. "
    "The National Cyber Security Centre is investigating the attack on HSBC.\n"
)


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel and the source archive."""
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-d", folder], cwd=ROOT, check=True, capture_output=True
    )
    return folder


def project_files() -> set[str]:
    """Every file of the packages, code and data."""
    found = {"incidentgraph.py"}
    for package in PACKAGES:
        found |= {
            path.relative_to(ROOT).as_posix()
            for path in (ROOT / package).rglob("*")
            if path.is_file() and "__pycache__" not in path.parts and path.suffix != ".pyc"
        }
    return found


def test_the_wheel_holds_every_file_of_the_packages_and_no_other(built: Path) -> None:
    (wheel,) = built.glob("*.whl")
    names = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert names == project_files()
    for needed in (
        "ontology/incident.ttl",
        "ontology/shapes.ttl",
        "api/explorer/index.html",
        "api/browser/incident.grass",
    ):
        assert needed in names
    assert any(name.startswith("loaders/resolution/data/") for name in names)


def test_the_source_archive_builds_the_same(built: Path) -> None:
    (archive,) = built.glob("*.tar.gz")
    with tarfile.open(archive) as opened:
        names = {name.partition("/")[2] for name in opened.getnames()}
    assert project_files() | {"pyproject.toml", "README.md", "LICENSE", "NOTICE"} <= names
    assert not any(name.startswith(("tests/", "training/", "benchmarks/")) for name in names)


def test_an_installed_wheel_reads_a_report_outside_the_checkout(built: Path, tmp_path: Path) -> None:
    (wheel,) = built.glob("*.whl")
    home = tmp_path / "environment"
    venv.create(home, with_pip=True, symlinks=True)
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    python = home / "bin" / "python"
    subprocess.run(
        [python, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", wheel], check=True, env=environment
    )
    # The dependencies are those of the environment of the tests; a path file names its folder, and runs none of its
    # own path files, so that the checkout stays out.
    packages = Path(
        subprocess.check_output([python, "-c", "import site; print(site.getsitepackages()[0])"], text=True).strip()
    )
    (packages / "dependencies.pth").write_text(sysconfig.get_paths()["purelib"] + "\n")

    report = tmp_path / "bank.txt"
    report.write_text(REPORT)
    run = [home / "bin" / "incidentgraph", "extract", report]
    done = subprocess.run(run, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert any(line["predicate"] == "targeted" and line["object"]["id"] == "hsbc" for line in lines)

    page = "(api.pages.HERE / 'explorer' / 'index.html').is_file()"
    where = f"import incidentgraph, api.pages; print(incidentgraph.__file__); print({page})"
    told = subprocess.check_output([python, "-c", where], cwd=tmp_path, env=environment, text=True).split()
    assert told[0].startswith(str(home)) and told[1] == "True"


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-test.txt"])
def test_requirements_are_pinned_by_hash_and_name_no_place(name: str) -> None:
    text = (ROOT / name).read_text()
    blocks = [block for block in re.split(r"\n(?=\S)", text) if "==" in block.split("\n")[0]]
    assert len(blocks) > 50
    assert all("--hash=sha256:" in block for block in blocks)
    assert "://" not in text and "--index" not in text and "--find-links" not in text
    assert not re.search(r"(?m)^#.*[ /](root|home|tmp|work)/", text)


def test_requirements_cover_what_the_project_declares() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    wanted = {
        "requirements.txt": project["dependencies"] + extras["build"],
        "requirements-test.txt": project["dependencies"] + extras["build"] + extras["test"] + extras["llm"],
    }
    for name, requirements in wanted.items():
        pinned = {match.lower() for match in re.findall(r"(?m)^([A-Za-z0-9._-]+)==", (ROOT / name).read_text())}
        for requirement in requirements:
            distribution = re.split(r"[\[<>=!~; ]", requirement, maxsplit=1)[0].lower().replace("_", "-")
            assert distribution in pinned, f"{distribution} is not in {name}: run `make lock`"
