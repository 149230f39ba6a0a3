"""What spaCy says of each word: tag, dependency, entity, noun phrase, where its head is, borders of its subtree."""

from __future__ import annotations

from collections.abc import Sequence

from spacy.tokens import Doc

from loaders.extraction.nlp import pipeline

FARTHEST = 7
"""Heads that are farther away count as so far."""


class Features:
    """Numbers the words of a text by what spaCy says of them."""

    def __init__(self) -> None:
        self._nlp = pipeline()
        labels = self._nlp.pipe_labels
        entities = ["O", *[f"{place}{label}" for label in labels["ner"] for place in "BI"]]
        self._tags, self._dependencies, self._entities = (
            {name: number for number, name in enumerate(["", *names])}
            for names in (labels["tagger"], labels["parser"], entities)
        )
        self.sizes = (
            len(self._tags),
            len(self._dependencies),
            len(self._entities),
            3,
            2 * FARTHEST + 1,
            4,
        )
        """How many values each of the features has."""

    def of(self, body: str, words: Sequence[tuple[int, int]]) -> list[tuple[int, ...]]:
        """The features of each word: those of the token of spaCy that it begins in."""
        doc = self._nlp(body)
        places = [0] * (len(body) + 1)
        for token in doc:
            for offset in range(token.idx, token.idx + len(token) + 1):
                places[offset] = token.i
        known = self._known(doc)
        return [known[places[start]] for start, _ in words]

    def _known(self, doc: Doc) -> list[tuple[int, ...]]:
        chunks = [0] * len(doc)
        for chunk in doc.noun_chunks:
            chunks[chunk.start : chunk.end] = [1, *[2] * (len(chunk) - 1)]
        return [
            (
                self._tags.get(token.tag_, 0),
                self._dependencies.get(token.dep_, 0),
                self._entities.get(f"{token.ent_iob_}{token.ent_type_}", 0),
                chunks[token.i],
                min(max(token.head.i - token.i, -FARTHEST), FARTHEST) + FARTHEST,
                (token.left_edge.i == token.i) + 2 * (token.right_edge.i == token.i),
            )
            for token in doc
        ]
