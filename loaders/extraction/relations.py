"""Fifth stage: the statements that the matched frames give."""

from __future__ import annotations

from loaders.extraction.frames import Filler, Match, time_of
from loaders.extraction.incidents import Incidents, generic_record
from loaders.extraction.reading import Candidate, Reading, Record
from ontology.statement import Literal, Modality


def relate(reading: Reading, matches: list[Match], incidents: Incidents) -> None:
    """Turn matches into candidate statements."""
    for match in matches:
        for give in match.frame.gives:
            subjects = _values(reading, match, give.subject, incidents)
            objects = _values(reading, match, give.object, incidents)
            for subject in subjects:
                if isinstance(subject, Literal):
                    continue
                for target in objects:
                    if target is subject:
                        continue
                    if (
                        give.predicate == "targeted"
                        and subject is not subjects[0]
                        and isinstance(target, Record)
                        and target.generic
                    ):
                        # "companies", named beside others, are not hit once more in the incident of each
                        continue
                    modality = match.modality
                    if give.modality is not None and modality in (
                        Modality.ASSERTED,
                        Modality.ALLEGED,
                        Modality.CLAIMED,
                    ):
                        modality = give.modality
                    _propose(reading, match, subject, give.predicate, target, modality)


def _values(reading: Reading, match: Match, role: str, incidents: Incidents) -> list[Record | Literal]:
    if role == "incident":
        return list(incidents.of(match))
    if role == "time":
        return [f.literal for f in time_of(reading, match.trigger, match.sentence) if f.literal is not None]
    return [v for f in match.fillers.get(role, ()) if (v := _value(reading, f)) is not None]


def _value(reading: Reading, filler: Filler) -> Record | Literal | None:
    if filler.literal is not None:
        return filler.literal
    if filler.mention is None:
        return None
    return filler.mention.record or generic_record(reading, filler.mention)


def _propose(  # noqa: PLR0917
    reading: Reading, match: Match, subject: Record, predicate: str, target: Record | Literal, modality: Modality
) -> None:
    sentence = match.sentence
    speaker = None
    if modality is not Modality.ASSERTED:
        for token in match.holders:
            mention = reading.mention_at(token)
            if mention is not None and mention.record is not None:
                speaker = mention.record
                break
    candidate = Candidate(
        subject,
        predicate,
        target,
        sentence.start,
        sentence.end,
        match.frame.id,
        match.frame.confidence,
        modality,
        speaker,
    )
    candidate.anchor, candidate.sentence = match.trigger.i, sentence
    reading.candidates.append(candidate)
