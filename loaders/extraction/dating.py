"""The year that an incident is known by: of the event, where the text tells it, else of the text.

Reports of one incident are published in different years and must meet on one id, so the year in the name and id of an
incident is that of its likeliest start, else of its detection or disclosure, and only then that of the report. An
incident that the text does not date takes the year of a dated one by the same attacker or malware.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from loaders.extraction.incidents import rename
from loaders.extraction.lexicon import read_data
from loaders.extraction.reading import Candidate, Reading, Record
from ontology.statement import Datatype, Literal, Modality

_DOUBTED = frozenset({Modality.DENIED, Modality.EXPECTED})
_TIES = frozenset({"attributedTo", "claimedBy", "usedMalware"})


def date_incidents(reading: Reading) -> None:
    """Give each incident the year of its event."""
    dates: dict[str, dict[str, list[Candidate]]] = defaultdict(lambda: defaultdict(list))
    ties: dict[str, set[str]] = defaultdict(set)
    for candidate in reading.candidates:
        incident, target = candidate.subject, candidate.object
        if not isinstance(incident, Record) or incident.kind != "Incident":
            continue
        if isinstance(target, Literal) and target.datatype is Datatype.DATE and candidate.modality not in _DOUBTED:
            dates[incident.id][candidate.predicate].append(candidate)
        elif isinstance(target, Record) and candidate.predicate in _TIES and not target.generic:
            ties[incident.id].add(target.id)
    floors = {name: float(value) for name, value in read_data("dating.yaml").items()}
    years = {i.id: year for i in reading.incidents if (year := _year(dates[i.id], floors))}
    chosen = []
    for incident in reading.incidents:
        shared = {years[other] for other in years if ties[other] & ties[incident.id]}
        year = years.get(incident.id) or (shared.pop() if len(shared) == 1 else None)
        if year:
            chosen.append((incident, year))
    for incident, year in chosen:
        rename(incident, year)
    reading.explain("dating", (f"{incident.name}: {year}" for incident, year in chosen))


def _year(dates: Mapping[str, list[Candidate]], floors: Mapping[str, float]) -> str | None:
    """The year of the first kind of date that is likely enough: the one that its dates speak for most together.

    A text that dates an incident to days and months of one year may name an earlier year once, as background.
    """
    for predicate, floor in floors.items():
        likely: set[str] = set()
        weight: dict[str, float] = defaultdict(float)
        for candidate in dates.get(predicate, ()):
            if isinstance(candidate.object, Literal):
                year = str(candidate.object.value)[:4]
                weight[year] += candidate.confidence
                if candidate.confidence >= floor:
                    likely.add(year)
        if likely:
            return max(likely, key=lambda year: (weight[year], year))
    return None
