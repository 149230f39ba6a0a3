"""After the join: an incident is named by whom it hit only where it is likely that they were hit.

Rules and encoder make an incident of whoever may have been hit, before anything is weighed: of the firm that told of
the attack too, of a brand that the attackers posed as, of who went to court. Where the join does not believe it, the
incident takes the name of the attacker, the malware or the flaw that it is told of; and where there is none of these
either, it is no incident.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from loaders.extraction.incidents import rename
from loaders.extraction.reading import Candidate, Reading, Record
from ontology.statement import slug

BELIEVED = 0.5
"""How likely a victim must have been hit to give an incident its name."""
TOLD = 0.5
"""How likely an attacker, malware or flaw must belong to an incident to name it instead."""
_BY = ("claimedBy", "attributedTo", "usedMalware", "exploited")
"""What names an incident without a victim, in this order."""


def name_incidents(reading: Reading) -> None:
    """Rename the incidents whose victims are not believed, and drop the statements of those that have no other name."""
    of: dict[str, list[Candidate]] = defaultdict(list)
    for candidate in reading.candidates:
        if isinstance(candidate.subject, Record) and candidate.subject.kind == "Incident":
            of[candidate.subject.id].append(candidate)
    by_victim: dict[str, Record] = reading.memo.get("by_victim", {})
    names: dict[str, Record] = {}
    replaced: dict[int, Record | None] = {}
    for victim, incident in list(by_victim.items()):
        if _likeliest(of[incident.id], "targeted", victim) >= BELIEVED:
            continue
        del by_victim[victim]
        replaced[id(incident)] = _renamed(incident, of[incident.id], names, reading)
    if replaced:
        _replace(reading, replaced)
    reading.explain("naming", (f"{new.name if new else 'none'}" for new in replaced.values()))


def _likeliest(candidates: Sequence[Candidate], predicate: str, target: str) -> float:
    return max(
        (
            c.confidence
            for c in candidates
            if c.predicate == predicate and isinstance(c.object, Record) and c.object.id == target
        ),
        default=0.0,
    )


def _renamed(
    incident: Record, candidates: Sequence[Candidate], names: dict[str, Record], reading: Reading
) -> Record | None:
    """The incident under another name, one record a name; None where there is none to give it."""
    for predicate in ("targeted", *_BY):
        found = [
            c
            for c in candidates
            if c.predicate == predicate
            and isinstance(c.object, Record)
            and not c.object.generic
            and c.confidence >= TOLD
        ]
        if found:
            best = max(found, key=lambda c: c.confidence).object
            assert isinstance(best, Record)
            name = f"{best.name} {'cyberattack' if predicate == 'targeted' else 'campaign'}"
            return names.setdefault(name, _take(incident, name, reading))
    return None


def _take(incident: Record, name: str, reading: Reading) -> Record:
    """The incident of the text that has this name already, or else this one, renamed."""
    known = next((i for i in reading.incidents if i.id.rpartition("-")[0] == slug(name)), None)
    if known is not None:
        for alias in incident.aliases:
            known.aliases.setdefault(alias)
        return known
    year = incident.name.rpartition(" ")[2]
    incident.aliases.pop(incident.name, None)
    incident.name, incident.id = name, slug(name)
    if year.isdigit():
        rename(incident, year)
    return incident


def _replace(reading: Reading, replaced: Mapping[int, Record | None]) -> None:
    kept = []
    for candidate in reading.candidates:
        subject = replaced.get(id(candidate.subject), candidate.subject)
        target = replaced.get(id(candidate.object), candidate.object)
        if subject is None or target is None:
            continue
        if isinstance(subject, Record):
            candidate.subject, candidate.object = subject, target
            kept.append(candidate)
    reading.candidates = kept
    reading.incidents = list(dict.fromkeys(i for old in reading.incidents if (i := replaced.get(id(old), old))))
