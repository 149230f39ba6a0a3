"""How sure a text is of a statement: its modality, judged from grammar, cue words, speakers and encoder together.

Each sign errs in its own way: the parse loses a doubt that stands in another clause, a cue word may doubt something
else, the encoder sees the word but not who speaks. Boosted trees over all of them, learned beside the join
(`training/join.py`), tell the asserted from the claimed or alleged, the estimated or expected, and the denied.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cache

from loaders.extraction.encoder.labels import MODALITIES
from loaders.extraction.evidence import PREDICATES, Evidence, Group, Row, tabulate
from loaders.extraction.learned import end_key
from loaders.extraction.lexicon import cues
from loaders.extraction.reading import ORGANIZATIONS, Record, Sentence
from ontology.statement import Literal, Modality

CUES = "doubt.yaml"
KINDS: tuple[frozenset[Modality], ...] = (
    frozenset({Modality.ASSERTED}),
    frozenset({Modality.CLAIMED, Modality.ALLEGED}),
    frozenset({Modality.ESTIMATED, Modality.EXPECTED}),
    frozenset({Modality.DENIED}),
)
"""What is judged: modalities that careful readers take for one another count as one."""


@cache
def names() -> tuple[str, ...]:
    """The features in their order."""
    families = tuple(cues(CUES))
    return (
        *(f"rule:{m}" for m in MODALITIES[1:]),
        *(f"best:{m}" for m in MODALITIES[1:]),
        *(f"encoder:{m}" for m in MODALITIES),
        *(f"here:{c}" for c in families),
        *(f"before:{c}" for c in families),
        *(f"near:{c}" for c in families),
        "own",
        "speaker:actor",
        "speaker:law",
        "speaker:organization",
        "speaker:person",
        "speaker",
        "quoted",
        "listed",
        "confidence",
        "main",
        "known",
        *(f"p:{p}" for p in PREDICATES),
    )


_SPEAKERS = {"ThreatActor": "actor", "LawEnforcement": "law", "GovernmentBody": "law", "Person": "person"}


class Doubts:
    """The signs of doubt about the groups of one text."""

    def __init__(self, evidence: Evidence) -> None:
        self.evidence = evidence
        self.at = {name: i for i, name in enumerate(names())}
        self.cues: dict[int, frozenset[str]] = {}
        self.speakers: dict[int, set[str]] = defaultdict(set)
        for group in evidence.groups:
            if group.key[0] == "said":
                for candidate in group.candidates:
                    subject = candidate.subject
                    if isinstance(subject, Record) and max(candidate.confidence, candidate.support) > 0.3:
                        kind = "organization" if subject.kind in ORGANIZATIONS else "person"
                        self.speakers[candidate.start].add(_SPEAKERS.get(subject.kind, kind))

    def table(self, groups: Sequence[Group]) -> Row:
        """One row of features for each group, [groups, features]."""
        return tabulate(map(self._features, groups), len(groups), self.at)

    def _features(self, group: Group) -> Iterable[tuple[str, float]]:
        best = group.best
        sentence = self.evidence.sentence(best)
        yield f"p:{group.key[0]}", 1.0
        for candidate in group.candidates:
            if candidate.modality is not Modality.ASSERTED:
                yield f"rule:{candidate.modality}", 1.0
        if best.modality is not Modality.ASSERTED:
            yield f"best:{best.modality}", 1.0
        yield from zip((f"encoder:{m}" for m in MODALITIES), self._encoder(group, sentence), strict=False)
        for cue in self._cues(sentence):
            yield f"here:{cue}", 1.0
        if sentence.index:
            for cue in self._cues(self.evidence.reading.sentences[sentence.index - 1]):
                yield f"before:{cue}", 1.0
        for cue in self._near(group, sentence):
            yield f"near:{cue}", 1.0
        yield "own", float(group.own is not None)
        for kind in self.speakers.get(sentence.start, ()):
            yield f"speaker:{kind}", 1.0
        yield "speaker", float(best.speaker is not None)
        yield "quoted", float(bool(sentence.quoted))
        yield "listed", float(sentence.block.kind == "list")
        yield "confidence", best.confidence
        ends = (best.subject, best.object)
        yield "main", float(any(e is self.evidence.reading.main for e in ends))
        yield "known", float(any(isinstance(e, Record) and e.known for e in ends))

    def _encoder(self, group: Group, sentence: Sentence) -> tuple[float, ...]:
        """The encoder's chances of each modality where the object is mentioned in the sentence."""
        said, target = self.evidence.said, group.best.object
        if said is None or not isinstance(target, Record | Literal):
            return ()
        key = end_key(target)
        if group.key[0] == "respondedTo" and isinstance(group.best.subject, Record):
            key = end_key(group.best.subject)
        found = [row for at, row in said.doubts.get(key, ()) if sentence.start <= at < sentence.end]
        return min(found, key=lambda row: row[0], default=())

    def _cues(self, sentence: Sentence) -> frozenset[str]:
        if sentence.index not in self.cues:
            text = sentence.text
            self.cues[sentence.index] = frozenset(name for name, cue in cues(CUES).items() if cue.search(text))
        return self.cues[sentence.index]

    def _near(self, group: Group, sentence: Sentence) -> Iterable[str]:
        """Cues within a few words before the object."""
        target = group.best.object
        names_ = (
            list(target.aliases)
            if isinstance(target, Record)
            else [str(getattr(target, "value", ""))]
            if target
            else []
        )
        text = sentence.text
        at = min((i for n in names_ if n and (i := text.find(n)) >= 0), default=-1)
        if at < 0:
            return
        before = text[max(0, at - 45) : at]
        yield from (name for name, cue in cues(CUES).items() if cue.search(before))


def qualify(group: Group, kind: int) -> None:
    """Give the group's statement a modality of the kind judged, in the words of whichever sign has one."""
    best = group.best
    wanted = KINDS[kind]
    if best.modality in wanted:
        return
    for candidate in sorted(group.candidates, key=lambda c: -c.support):
        if candidate.modality in wanted:
            best.modality = candidate.modality
            best.speaker = best.speaker or candidate.speaker
            return
    best.modality = {
        0: Modality.ASSERTED,
        1: Modality.CLAIMED if group.key[0] == "claimedBy" else Modality.ALLEGED,
        2: Modality.ESTIMATED,
        3: Modality.DENIED,
    }[kind]
    if kind == 0:
        best.speaker = None
