"""The stages in their order."""

from __future__ import annotations

import gc
import itertools
import re

from loaders.extraction.arbiter import decide
from loaders.extraction.dating import date_incidents
from loaders.extraction.frames import match_frames
from loaders.extraction.incidents import Incidents
from loaders.extraction.join import groups, thresholds, weigh
from loaders.extraction.layout import read_layout
from loaders.extraction.learned import learn
from loaders.extraction.measures import find_measures
from loaders.extraction.mentions import find_mentions
from loaders.extraction.naming import name_incidents
from loaders.extraction.patterns import match_patterns
from loaders.extraction.proposals import propose
from loaders.extraction.quotations import find_quotations
from loaders.extraction.reading import Reading
from loaders.extraction.relations import relate
from loaders.extraction.scoring import score
from loaders.extraction.techniques import find_techniques
from loaders.resolution.within import resolve
from ontology.statement import Document, Statement

_reads = itertools.count()


def read(document: Document) -> Reading:
    """Run the stages up to the candidates."""
    if next(_reads) == 1:
        # The first text has loaded all models and word lists, which stay: a collection of garbage need not look through
        # them again and again, which takes a twentieth of the time.
        gc.collect()
        gc.freeze()
    reading = Reading(document)
    reading.memo["anchor"] = document.published_on or _anchor(document.body)
    read_layout(reading)
    find_mentions(reading)
    resolve(reading)
    find_measures(reading)
    find_quotations(reading)
    matches = match_frames(reading)
    incidents = Incidents(reading)
    incidents.find(matches)
    relate(reading, matches, incidents)
    match_patterns(reading)
    find_techniques(reading)
    propose(reading)
    learn(reading, incidents)
    found = groups(reading)
    score(reading)
    weigh(reading, found)
    name_incidents(reading)
    date_incidents(reading)
    return reading


def read_and_decide(document: Document, *, minimum: float | None = None) -> tuple[Reading, list[Statement]]:
    """The whole reading of a document, for explanations, and its statements."""
    reading = read(document)
    return reading, decide(reading, minimum=minimum, thresholds=thresholds(reading))


def extract(document: Document, *, minimum: float | None = None) -> list[Statement]:
    """The statements that the text of a document makes, each with its sentence.

    `minimum` is the least confidence that a statement must have; without it, what was found best on annotated reports.
    """
    return read_and_decide(document, minimum=minimum)[1]


def _anchor(body: str) -> str | None:
    """Without a day of publication, the end of the latest year that the text names."""
    years = [int(y) for y in re.findall(r"\b(?:19|20)\d\d\b", body[:200_000])]
    plausible = [y for y in years if 1990 <= y <= 2035]
    return f"{max(plausible)}-12-31" if plausible else None
