"""How a text puts a statement: as a fact, claim, allegation, estimate, expectation or denial; and whose it is."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from loaders.extraction.grammar import subjects
from loaders.extraction.lexicon import read_data
from ontology.statement import Modality

if TYPE_CHECKING:
    from spacy.tokens import Token


@cache
def _cues() -> dict[str, frozenset[str]]:
    raw: dict[str, Any] = read_data("modality.yaml")
    return {key: frozenset(words) for key, words in raw.items()}


def negated(token: Token) -> bool:
    """Whether the word's own clause denies it."""
    cues = _cues()
    for child in token.children:
        if child.dep_ == "neg" or (child.dep_ == "det" and child.lower_ in ("no", "neither")):
            return True
        if child.dep_ == "preconj" and child.lower_ == "neither":
            return True
    if token.dep_ in ("xcomp", "ccomp", "pcomp", "acl") and token.head.lemma_.lower() in cues["negative_verbs"]:
        return True
    if token.dep_ in ("pobj", "dobj", "acl", "relcl", "ccomp"):
        node = token.head
        for _ in range(3):
            if node.lemma_.lower() in cues["no_nouns"] and any(c.lower_ in ("no", "not") for c in node.children):
                return True
            node = node.head
    return False


def modality_of(token: Token) -> tuple[Modality, list[Token]]:  # noqa: PLR0911, PLR0912
    """The modality of what the word says, from its clause outwards, and the words for whose it is."""
    cues = _cues()
    if negated(token):
        return Modality.DENIED, []
    node = token
    for depth in range(7):
        words = {c.lower_ for c in node.children if c.dep_ in ("advmod", "amod", "aux", "neg", "acomp", "intj")}
        if words & cues["alleged_words"]:
            return Modality.ALLEGED, []
        if words & cues["estimated_words"]:
            return Modality.ESTIMATED, []
        if node.pos_ == "VERB" and words & cues["possible_words"]:
            return Modality.ALLEGED, []
        if depth == 0 and "will" in words:
            return Modality.EXPECTED, []
        if node.dep_ == "ROOT" or node.head is node:
            break
        head = node.head
        lemma = head.lemma_.lower()
        if node.dep_ in (
            "ccomp",
            "xcomp",
            "acl",
            "pcomp",
            "dobj",
            "advcl",
            "nsubjpass",
            "oprd",
            "pobj",
            "relcl",
            "prep",
        ):
            below = node.dep_ in ("ccomp", "xcomp", "acl", "oprd", "dobj", "pcomp") or (
                node.dep_ == "prep" and lemma in ("suspect", "accuse")
            )
            if below and lemma in cues["deny_verbs"]:
                return Modality.DENIED, subjects(head)
            if below and lemma in cues["claim_verbs"]:
                return Modality.CLAIMED, subjects(head)
            if below and lemma in cues["allege_verbs"]:
                return Modality.ALLEGED, subjects(head)
            if below and lemma in cues["expect_verbs"]:
                return Modality.EXPECTED, subjects(head)
            if below and lemma in cues["estimate_verbs"]:
                return Modality.ESTIMATED, subjects(head)
            if lemma in cues["negative_verbs"] and below:
                return Modality.DENIED, subjects(head)
            if any(c.dep_ == "neg" for c in head.children) and lemma in cues["epistemic_verbs"] and below:
                return Modality.DENIED, subjects(head)
        node = head
    return Modality.ASSERTED, []
