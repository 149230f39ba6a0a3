"""What the encoder can say: the labels of its heads, in the order in which the weights have them."""

from __future__ import annotations

ENTITY_TYPES = (
    "Company",
    "Organization",
    "Bank",
    "GovernmentBody",
    "LawEnforcement",
    "ThreatActor",
    "Person",
    "Facility",
    "System",
    "Place",
    "Malware",
    "Vulnerability",
    "SupportMeasure",
    "Programme",
)
"""Types of the entity layer."""

PHRASE_TYPES = ("Data", "Technique", "Title")
"""Types of the phrase layer: what was stolen, how it was done, and job titles."""

VALUE_TYPES = ("Date", "Money", "Number", "Pronoun", "Name")
"""Types of spans that rules find; a `Name` is a run of capitalised words that no layer has typed."""

ORGANIZATION_TYPES = ("Company", "Organization", "Bank", "GovernmentBody", "LawEnforcement")

INCIDENT_PREDICATES = (
    "targeted",
    "claimedBy",
    "attributedTo",
    "disrupted",
    "respondedTo",
    "investigatedBy",
    "usedMalware",
    "exploited",
    "usedTechnique",
    "compromisedData",
    "startedOn",
    "detectedOn",
    "disclosedOn",
    "endedOn",
    "resumedOn",
    "financialLoss",
    "ransomDemanded",
    "ransomPaid",
    "peopleAffected",
)
"""Predicates whose other end is an incident; a span has them as roles."""

PAIR_PREDICATES = (
    "ownedBy",
    "operates",
    "locatedIn",
    "supplies",
    "associatedWith",
    "memberOf",
    "holdsRole",
    "arrested",
    "charged",
    "sentenced",
    "employs",
    "laidOff",
    "fined",
    "financialLoss",
    "resumedOn",
    "investigatedBy",
    "usedMalware",
    "exploited",
    "usedTechnique",
    "beneficiary",
    "amount",
    "guaranteedBy",
    "lentBy",
    "underProgramme",
)
"""Predicates between two spans."""

ROLES = (
    *INCIDENT_PREDICATES,
    "said",
    *(f"{p}:object" for p in PAIR_PREDICATES if p not in INCIDENT_PREDICATES),
    *(f"{p}:subject" for p in PAIR_PREDICATES),
)
"""Labels of a single span; `said` marks the speaker, and `p:subject`, `p:object` the ends of a pair."""

RELATIONS = (*PAIR_PREDICATES, "speaker", "sameEntity", "sameIncident")
"""Labels of an ordered pair of spans; the last three tie a claim to who makes it, and spans to one another."""

MODALITIES = ("asserted", "claimed", "alleged", "estimated", "expected", "denied")

SYMMETRIC = frozenset({"sameEntity", "sameIncident"})


def bio(types: tuple[str, ...]) -> tuple[str, ...]:
    """The tags of one layer: outside, then begin and inside of each type."""
    return ("O", *(f"{prefix}-{name}" for name in types for prefix in "BI"))


LAYERS: dict[str, tuple[str, ...]] = {
    "entity": bio(ENTITY_TYPES),
    "phrase": bio(PHRASE_TYPES),
    "incident": bio(("Incident",)),
}
"""Tag layers over the words; spans of different layers may overlap."""
