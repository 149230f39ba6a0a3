"""The encoder on texts, with the weights that ship."""

import json
import shutil
import time
from importlib import resources
from pathlib import Path

import numpy as np
import pytest

from loaders.extraction.encoder import labels
from loaders.extraction.encoder.reader import Encoder, EncoderUnavailable, spans_of
from loaders.extraction.encoder.text import Span

WEIGHTS = Path(str(resources.files("loaders.extraction.encoder") / "weights"))
REPORT = (
    "Harrow Foods said on Tuesday that a ransomware attack had halted production at its plant in Leeds. "
    "The Lynx gang claimed responsibility for the attack on Harrow Foods. "
    "Chief executive Lena Osei said the company was working with the National Cyber Security Centre.\n\n"
    "The attack cost Harrow Foods about £12 million."
)
TITLE = "Harrow Foods hit by ransomware"


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return Encoder.load()


def roles(encoder: Encoder, body: str, least: float = 0.4) -> set[tuple[str, str]]:
    found = encoder.read(body, TITLE, "2025-06-10").proposals
    return {(p.label, body[p.first.start : p.first.end]) for p in found if p.kind == "role" and p.score >= least}


def test_who_was_hit_where_and_by_whom(encoder: Encoder) -> None:
    found = roles(encoder, REPORT)
    assert ("targeted", "Harrow Foods") in found
    assert any(label == "operates:object" and "Leeds" in text for label, text in found)
    assert ("financialLoss", "£12 million") in found
    unsure = roles(encoder, REPORT, least=0.15)
    assert any(label in ("claimedBy", "attributedTo") and "Lynx" in text for label, text in unsure)


def test_a_patch_note_has_no_victim(encoder: Encoder) -> None:
    text = "Version 4.2 of the Brightleaf editor adds a dark theme, faster search and support for larger files."
    assert not [r for r in roles(encoder, text) if r[0] == "targeted"]


def test_reading_twice_gives_the_same(encoder: Encoder) -> None:
    assert encoder.read(REPORT, TITLE).proposals == encoder.read(REPORT, TITLE).proposals


def test_spans_given_are_candidates_too(encoder: Encoder) -> None:
    at = REPORT.index("the company")
    reading = encoder.read(REPORT, TITLE, None, [Span(at, at + len("the company"), "Name")])
    assert any(p.first.start == at or (p.second and p.second.start == at) for p in reading.proposals)


@pytest.mark.parametrize("text", ["", " \n\n", "…", "😀 😀", "\u200b\u200b", "“““ ‘", "\ud800"])
def test_texts_without_words_give_little_and_do_not_fail(encoder: Encoder, text: str) -> None:
    assert encoder.read(text).proposals == []


def test_every_offset_lies_in_the_text_and_every_score_is_a_chance(encoder: Encoder) -> None:
    for proposal in encoder.read(REPORT, TITLE).proposals:
        for mention in (proposal.first, proposal.second):
            assert mention is None or 0 <= mention.start < mention.end <= len(REPORT)
        assert 0 <= proposal.score <= 1
        assert proposal.modality in labels.MODALITIES


def test_time_is_linear_on_a_line_without_end(encoder: Encoder) -> None:
    text = "Meridian Ports said the attack on Harrow Foods cost £3 million " * 320
    started = time.perf_counter()
    encoder.read(text)
    assert time.perf_counter() - started < 60


def test_tags_become_spans_and_one_that_leans_to_two_types_stays_whole() -> None:
    names = labels.bio(("Data", "Title"))
    outside = [0.9, 0.1, 0, 0, 0]
    rows = [outside, [0.2, 0.5, 0.1, 0.2, 0], [0.3, 0, 0.3, 0, 0.4], outside, [0, 0, 0, 1, 0], [0, 0, 0, 1, 0]]
    found = spans_of(np.array(rows, np.float32), names, 0.3)
    assert [span[:3] for span in found] == [(1, 2, "Data"), (4, 4, "Title"), (5, 5, "Title")]


def test_missing_weights_are_named(tmp_path: Path) -> None:
    with pytest.raises(EncoderUnavailable, match=str(tmp_path)):
        Encoder.load(tmp_path)


def test_weights_with_other_labels_are_refused(tmp_path: Path) -> None:
    shutil.copytree(WEIGHTS, tmp_path / "w")
    path = tmp_path / "w" / "labels.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"roles": ["other"]}))
    with pytest.raises(EncoderUnavailable, match="other labels"):
        Encoder.load(tmp_path / "w")


def test_weights_are_small_enough_to_ship() -> None:
    assert sum(f.stat().st_size for f in WEIGHTS.iterdir()) <= 40_000_000


def test_the_model_card_goes_with_the_weights() -> None:
    card = Path(__file__).resolve().parents[3] / "docs" / "model-card.md"
    assert card.read_text(encoding="utf-8") == (WEIGHTS / "model-card.md").read_text(encoding="utf-8")
