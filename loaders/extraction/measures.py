"""The support measure of a text: a loan, guarantee or grant, with the organization that it is for."""

from __future__ import annotations

import re

from loaders.extraction.reading import ORGANIZATIONS, Candidate, Reading, Record
from ontology.statement import slug

_MONEY_NEAR = re.compile(r"[£$€]|\bloan|\bguarantee|\bgovernment|\bcompensation", re.IGNORECASE)


def find_measures(reading: Reading) -> None:
    """Let every mention of the loan or guarantee stand for one record, and propose its beneficiary."""
    mentions = [
        m
        for m in reading.mentions
        if m.kind == "SupportMeasure"
        and m.source == "nominal"
        and _MONEY_NEAR.search(reading.sentences[m.sentence].text)
    ]
    if not mentions:
        return
    beneficiary = _beneficiary(reading, [m.sentence for m in mentions])
    words = " ".join(m.text.lower() for m in mentions)
    kind = (
        "loan guarantee"
        if "guarantee" in words
        else next((k for k in ("loan", "grant", "bailout", "compensation") if k in words), "support")
    )
    name = f"{beneficiary.name} {kind}" if beneficiary else kind
    year = (reading.memo.get("anchor") or "")[:4]
    record = Record(name, "SupportMeasure", slug(f"{name} {year}"), {name: None})
    reading.records.append(record)
    reading.memo["measure"] = record
    for mention in mentions:
        mention.record = record
        record.mentions.append(mention)
        record.aliases.setdefault(mention.text)
    if beneficiary is not None:
        sentence = reading.sentences[mentions[0].sentence]
        reading.candidates.append(
            Candidate(record, "beneficiary", beneficiary, sentence.start, sentence.end, "measures.beneficiary", 0.75)
        )


def _beneficiary(reading: Reading, sentences: list[int]) -> Record | None:
    """The organization that a measure is said to be "to" or "for"; else the one that the text is about."""
    main: Record | None = reading.memo.get("main_organization")
    for index in sentences:
        for mention in reading.sentences[index].mentions:
            if (
                mention.record is None
                or mention.record.kind not in ORGANIZATIONS
                or mention.record.kind in ("Bank", "GovernmentBody")
            ):
                continue
            head = mention.doc[mention.head]
            if (
                head.dep_ == "pobj"
                and head.head.lower_ in ("to", "for")
                and head.head.head.lemma_.lower()
                in ("loan", "guarantee", "provide", "grant", "lend", "give", "support", "bailout")
            ):
                return mention.record
    if main is not None and main.kind in ("Bank", "GovernmentBody", "LawEnforcement"):
        return next((r for r in reading.records if r.kind == "Company" and not r.generic and r.mentions), None)
    return main
