"""Judged statements are well formed, hold no words of the articles, and are found again by the program."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from loaders.extraction import extract
from ontology.model import ontology
from ontology.statement import Document
from training.judgements import HELD_OUT, LEARNED, Judgement, digest, judge, key_of, read_judgements

TEXT = "Osier Mills, a textile maker, said on 3 March 2025 that hackers stole payroll records of 4,000 employees."
DIGEST = re.compile(r"[0-9a-f]{12}")


def test_what_is_held_out_is_not_learned_from() -> None:
    assert not set(read_judgements(HELD_OUT)) & set(read_judgements(LEARNED))


@pytest.mark.parametrize("path", [LEARNED, HELD_OUT], ids=lambda path: path.stem)
def test_every_judgement_is_well_formed(path: Path) -> None:
    judgements = read_judgements(path)
    assert judgements
    for file, found in judgements.items():
        assert DIGEST.fullmatch(file), file
        assert len({each.key for each in found}) >= 0.98 * len(found), file
        for each in found:
            start, predicate, subject, target = each.key
            assert start >= 0
            assert predicate in ontology().predicates
            assert DIGEST.fullmatch(subject), subject
            assert DIGEST.fullmatch(target), target
            assert each.verdict in ("right", "wrong", "debatable")
            assert each.is_modality_right is None or each.verdict == "right"


def test_what_was_judged_is_found_again() -> None:
    document = Document(TEXT, title="Mill breached", published_on="2025-03-04")
    keys = [key_of(s) for s in extract(document)]
    assert keys
    told = [Judgement("mill", key, "right", True) for key in keys]
    gone = Judgement("mill", (0, "targeted", digest("nobody-cyberattack"), digest("nobody")), "wrong", None)
    unsure = Judgement("mill", keys[0], "debatable", None)
    judged = list(judge(document, [*told, gone, unsure]))
    assert len(judged) == len(told)
    assert all(each.right for each in judged)
