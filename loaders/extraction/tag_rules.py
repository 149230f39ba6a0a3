"""The attribute rules of the spaCy pipeline, remembered.

They set part of speech, morphology and some lemmas from tag and dependency of a word, and from the word itself where it
is one of some two hundred. spaCy matches all rules anew against every word, which takes longer than the parse; what
they gave such a word before, they give it again. Few rules look at two words: texts with such words are left to them.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np
from spacy.attrs import DEP, IS_SPACE, LEMMA, LOWER, MORPH, POS, TAG
from spacy.language import Language
from spacy.pipeline import AttributeRuler
from spacy.tokens import Doc

NAME = "remembered_attribute_ruler"
FIRST = -1


class RememberedRules:
    """Attribute rules that ask the real ones once for each kind of word."""

    def __init__(self, rules: AttributeRuler) -> None:
        self.rules = rules
        self.known: dict[tuple[int, ...], tuple[int, int, int]] = {}
        """Tag, dependency, word (0 for those of no rule) and whether it is white space, to what the rules set."""
        self.words: dict[int, int] = {}
        """Words to themselves where a rule names them, `FIRST` where they begin two that a rule names, else 0."""
        each: list[Any] = rules.patterns
        patterns: list[list[dict[str, Any]]] = [pattern for rule in each for pattern in rule["patterns"]]
        self.named = [_regex(token) for pattern in patterns for token in pattern if "LOWER" in token]
        first = [pattern[0] for pattern in patterns if len(pattern) > 1]
        self.first = [_regex(token) for token in first if "LOWER" in token]
        self.dependencies = {rules.vocab.strings.add(str(token["DEP"])) for token in first if "DEP" in token}

    def __call__(self, doc: Doc) -> Doc:
        """Set what the rules set."""
        found: list[tuple[int, int, int]] = []
        for index, (tag, dependency, lower, is_space) in enumerate(doc.to_array([TAG, DEP, LOWER, IS_SPACE]).tolist()):
            word = self.words.get(lower)
            if word is None:
                word = self.words[lower] = self._kind(doc.vocab.strings[lower], lower)
            if word == FIRST or dependency in self.dependencies:
                return self.rules(doc)
            key = (tag, dependency, word, is_space)
            if key not in self.known:
                self.known[key] = self._ask(doc, index)
            found.append(self.known[key])
        rows: Any = np.array(found, dtype="uint64").reshape(-1, 3)
        return doc.from_array([POS, MORPH, LEMMA], rows)

    def _kind(self, text: str, word: int) -> int:
        if any(regex.search(text) for regex in self.first):
            return FIRST
        return word if any(regex.search(text) for regex in self.named) else 0

    def _ask(self, doc: Doc, index: int) -> tuple[int, int, int]:
        token = doc[index]
        alone = Doc(doc.vocab, words=[token.text])
        alone[0].tag, alone[0].dep = token.tag, token.dep
        pos, morph, lemma = self.rules(alone).to_array([POS, MORPH, LEMMA])[0].tolist()
        return pos, morph, lemma


def _regex(token: dict[str, Any]) -> re.Pattern[str]:
    """What the word must look like that a part of a pattern names."""
    told = token["LOWER"]
    if isinstance(told, dict) and "REGEX" in told:
        return re.compile(told["REGEX"])
    words = told["IN"] if isinstance(told, dict) else [told]
    return re.compile("^(?:" + "|".join(map(re.escape, words)) + ")$")


def remember_rules(nlp: Language) -> None:
    """Put the remembered rules in the place of the pipeline's own."""
    rules: Any = nlp.get_pipe("attribute_ruler")
    Language.component(NAME, func=RememberedRules(rules))
    nlp.replace_pipe("attribute_ruler", NAME)
