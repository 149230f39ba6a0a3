"""Quotations with their speaker: words between quotation marks, and clauses that a verb of saying governs."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

from loaders.extraction import grammar
from loaders.extraction.incidents import generic_record
from loaders.extraction.lexicon import read_data
from loaders.extraction.mentions import sentence_at
from loaders.extraction.nlp import text_of
from loaders.extraction.reading import ORGANIZATIONS, Candidate, Reading, Record, Sentence, describe
from ontology.statement import Datatype, Literal

if TYPE_CHECKING:
    from spacy.tokens import Doc, Span, Token

SPEAKERS = ORGANIZATIONS | {"Person", "ThreatActor", "Organization"}
_FIRST_PERSON = frozenset({"we", "our", "us", "ours"})
_SINGULAR_FIRST = frozenset({"i", "my", "me"})


@cache
def _verbs() -> dict[str, Any]:
    return {k: frozenset(v) for k, v in read_data("speech.yaml").items()}


class _Quotations:
    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.last: Record | None = None
        self.last_block = -9

    def run(self) -> None:
        for number, (doc, block) in enumerate(self.reading.docs):
            if block.kind not in ("prose", "list"):
                continue
            quotes = _quoted(text_of(doc), continued=self.last_block == number - 1)
            done = self._direct(doc, quotes, number)
            self._indirect(doc, quotes, done, number)

    # --- words between quotation marks

    def _direct(self, doc: Doc, quotes: list[tuple[int, int]], number: int) -> set[int]:
        used: set[int] = set()
        speaker: Record | None = None
        for order, (start, end) in enumerate(quotes):
            content = text_of(doc)[start:end]
            if len(content.split()) < 4:
                continue
            found = self._speaker_near(doc, start, end, quotes)
            if found is None:
                follows = order > 0 and start - quotes[order - 1][1] < 160
                alone = start <= 2 and self.last_block >= number - 1
                speaker = speaker if follows and speaker else self.last if alone else None
            else:
                speaker = found[0]
                used.add(found[1].i)
            if speaker is None:
                continue
            self.last, self.last_block = speaker, number
            self._first_person(doc, start, end, speaker)
            sentences = self._sentences(doc, start, end)
            for first, last in sentences:
                self._say(
                    speaker,
                    doc,
                    first,
                    last,
                    "speech.direct" if found else "speech.continued",
                    0.85 if found else 0.75,
                    found[1] if found else None,
                )
        return used

    def _sentences(self, doc: Doc, start: int, end: int) -> list[tuple[int, int]]:
        """The sentences of a quotation, short ones left to their neighbour."""
        out: list[tuple[int, int]] = []
        for sentence in self.reading.memo[f"sents:{id(doc)}"]:
            first = max(start, sentence.span.start_char)
            last = min(end, sentence.span.end_char)
            if last - first < 3 or not re.search(r"\w", text_of(doc)[first:last]):
                continue
            if out and (last - first < 20 or out[-1][1] - out[-1][0] < 20):
                out[-1] = (out[-1][0], last)
            else:
                out.append((first, last))
        return out

    def _first_person(self, doc: Doc, start: int, end: int, speaker: Record) -> None:
        sentence = sentence_at(self.reading, doc, _span(doc, start, min(end, start + 1)).start)
        organization = speaker if speaker.kind != "Person" else self._organization_of(speaker, sentence)
        for sent in self.reading.memo[f"sents:{id(doc)}"]:
            for mention in sent.mentions:
                offset = doc[mention.first].idx
                if not start <= offset < end or mention.source != "pronoun":
                    continue
                word = mention.text.lower()
                if word in _FIRST_PERSON and organization is not None:
                    mention.record = organization
                elif word in _SINGULAR_FIRST:
                    mention.record = speaker

    def _organization_of(self, person: Record, sentence: Sentence) -> Record | None:
        for mention in sentence.mentions:
            if mention.record is not None and mention.record.kind in ORGANIZATIONS and mention.source == "name":
                return mention.record
        return None

    def _speaker_near(
        self, doc: Doc, start: int, end: int, quotes: list[tuple[int, int]]
    ) -> tuple[Record, Token] | None:
        best: tuple[int, Record, Token] | None = None
        for token in self._saying(doc):
            if token.idx < start - 260 or token.idx > end + 160:
                continue
            if any(a <= token.idx < b for a, b in quotes):
                continue
            between = text_of(doc)[min(token.idx, end) : max(token.idx, start)]
            distance = token.idx - end if token.idx >= end else start - token.idx
            if token.idx >= end and re.search(r"[.!?] [A-Z]", text_of(doc)[end : token.idx]):
                continue
            if token.idx < start and re.search(r"[.!?]\s", text_of(doc)[token.idx : start]) and ":" not in between[-4:]:
                continue
            speaker = self._speaker(token)
            if speaker is None:
                continue
            if best is None or distance < best[0]:
                best = (distance, speaker, token)
        return (best[1], best[2]) if best else None

    def _saying(self, doc: Doc) -> list[Token]:
        key = f"saying:{id(doc)}"
        if key not in self.reading.memo:
            verbs = _verbs()["strong"] | _verbs()["weak"] | {"read"}
            self.reading.memo[key] = [
                t for t in doc if (t.pos_ == "VERB" and t.lemma_.lower() in verbs) or t.lower_ == "according"
            ]
        found: list[Token] = self.reading.memo[key]
        return found

    # --- clauses

    def _indirect(self, doc: Doc, quotes: list[tuple[int, int]], done: set[int], number: int) -> None:  # noqa: PLR0912
        verbs = _verbs()
        for token in doc:
            lemma = token.lemma_.lower()
            if any(a <= token.idx < b for a, b in quotes):
                continue
            if lemma == "accord" and token.i + 1 < len(doc) and doc[token.i + 1].lower_ == "to":
                self._according(doc, token)
                continue
            if token.pos_ != "VERB":
                self._mistagged(doc, token, number)
                continue
            if not (lemma in verbs["strong"] or lemma in verbs["weak"]):
                continue
            if any(c.dep_ == "neg" for c in token.children) and lemma != "say":
                continue
            content = self._content(token, lemma)
            if content is None:
                continue
            first, last = content
            inside = sum(min(b, last) - max(a, first) for a, b in quotes if a < last and first < b)
            if token.i in done and inside > 0.6 * (last - first):
                continue
            speakers = self._speakers(token)
            if not speakers:
                continue
            speaker = speakers[0]
            if lemma in verbs["weak"] and speaker.generic and speaker.kind not in ("Person", "LawEnforcement"):
                confidence = 0.5
            else:
                confidence = 0.8 if lemma in verbs["strong"] else 0.65
            if text_of(doc)[first:last].lower().startswith(("if ", "whether ", "to ask", "to see")):
                continue
            self.last, self.last_block = speaker, number
            for each in speakers:
                self._say(
                    each,
                    doc,
                    first,
                    last,
                    f"speech.{'strong' if lemma in verbs['strong'] else 'weak'}",
                    confidence,
                    token,
                )

    def _mistagged(self, doc: Doc, token: Token, number: int) -> None:
        """ "Dragos notes that ...", where the tagger saw a noun."""
        if token.lower_ not in _verbs()["forms"] or token.i == 0 or token.i + 3 >= len(doc):
            return
        before = self.reading.mention_at(doc[token.i - 1])
        if before is None or before.source == "nominal" or before.record is None or before.record.kind not in SPEAKERS:
            return
        if doc[token.i + 1].lower_ not in ("that", "the", "it", "its", "they", "a", "this", "he", "she"):
            return
        content = _trim(doc, token.i + 1, grammar.sentence_bounds(token)[1])
        if content:
            self.last, self.last_block = before.record, number
            self._say(before.record, doc, *content, "speech.form", 0.7, token)

    def _content(self, verb: Token, lemma: str) -> tuple[int, int] | None:
        clauses = [
            c
            for c in verb.children
            if c.dep_ == "ccomp"
            or (c.dep_ == "xcomp" and lemma in ("claim", "deny", "urge", "advise", "warn", "recommend", "promise"))
        ]
        if clauses:
            clause = clauses[0] if clauses[0].i > verb.i or len(clauses) == 1 else clauses[-1]
            if clause.i < verb.i:
                subject = [c for c in verb.children if c.dep_ in ("nsubj", "nsubjpass")]
                stop = min([verb.i, *(c.left_edge.i for c in subject)])
                first, last = clause.left_edge.i, min(max(clause.right_edge.i + 1, clause.i + 1), stop)
            else:
                first, last = clause.left_edge.i, clause.right_edge.i + 1
            return _trim(verb.doc, first, last)
        if lemma in _verbs()["object"]:
            targets = [c for c in verb.children if c.dep_ == "dobj"] or [
                c
                for p in verb.children
                if p.dep_ == "prep" and p.lower_ in ("of", "about", "against")
                for c in p.children
                if c.dep_ == "pobj"
            ]
            if targets and lemma in (
                "warn",
                "describe",
                "condemn",
                "announce",
                "confirm",
                "disclose",
                "acknowledge",
                "deny",
                "reject",
                "recommend",
                "claim",
                "estimate",
                "refute",
                "detail",
            ):
                first, last = targets[0].left_edge.i, targets[0].right_edge.i + 1
                if last - first >= 4:
                    return _trim(verb.doc, first, last)
        # "The attack began in May, the company said."
        subject = [c for c in verb.children if c.dep_ in ("nsubj", "nsubjpass")]
        stop = min([verb.i, *(c.left_edge.i for c in subject)])
        begin, end = grammar.sentence_bounds(verb)
        closing = end - verb.i < 12 and stop - begin > 4 and verb.doc[stop - 1].text in (",", '"')
        if closing and lemma in _verbs()["strong"]:
            return _trim(verb.doc, begin, stop)
        return None

    def _according(self, doc: Doc, token: Token) -> None:
        targets = [t for p in [token, *token.children] for t in p.children if t.dep_ == "pobj"]
        if not targets:
            return
        speaker = self._party(targets[0])
        if speaker is None:
            return
        begin, end = grammar.sentence_bounds(token)
        edge_left, edge_right = token.left_edge.i, max(token.right_edge.i, targets[0].right_edge.i)
        leads = edge_left - begin <= 2
        content = _trim(doc, edge_right + 1, end) if leads else _trim(doc, begin, edge_left)
        if content:
            self._say(speaker, doc, *content, "speech.according", 0.7, token)

    # --- who speaks

    def _speaker(self, verb: Token) -> Record | None:
        return next(iter(self._speakers(verb)), None)

    def _speakers(self, verb: Token) -> list[Record]:
        candidates = grammar.subjects(verb)
        if not candidates and verb.i + 1 < len(verb.doc):
            # inversion: "reads the statement"
            candidates = [c for c in verb.rights if c.dep_ in ("nsubj", "dobj", "npadvmod")][:1]
        found = [record for token in candidates[:6] if (record := self._party(token)) is not None]
        return list(dict.fromkeys(found))

    def _party(self, token: Token) -> Record | None:
        mention = self.reading.mention_at(token)
        if token.lemma_.lower() in _verbs()["texts"] and (mention is None or mention.source == "nominal"):
            owner = self._owner(token)
            return owner or self.last or self.reading.memo.get("main_organization")
        if mention is None:
            return None
        record = mention.record
        if (
            record is None
            and mention.source == "nominal"
            and mention.kind in SPEAKERS | {"Victims"}
            and mention.kind != "Victims"
        ):
            record = generic_record(self.reading, mention)
        if (
            record is not None
            and mention.source == "name"
            and record.kind in ("System", "Facility", "Malware")
            and not record.known
        ):
            # what speaks is no product
            record.kind = "Company"
        return record if record is not None and record.kind in SPEAKERS else None

    def _owner(self, token: Token) -> Record | None:
        around = [*grammar.possessors(token), *grammar.compounds(token)]
        for preposition in ("by", "from", "of", "at"):
            around += grammar.prepositional(token, preposition)
        for other in around:
            mention = self.reading.mention_at(other)
            if mention is not None and mention.record is not None and mention.record.kind in SPEAKERS:
                return mention.record
        return None

    def _say(  # noqa: PLR0917
        self, speaker: Record, doc: Doc, first: int, last: int, rule: str, confidence: float, verb: Token | None = None
    ) -> None:
        text = text_of(doc)[first:last]
        lead = len(text) - len(text.lstrip(" \"',.;:-"))
        tail = len(text.rstrip(" \"',;:-"))
        if tail - lead < 8 or len(text[lead:tail].split()) < 3:
            return
        i = _span(doc, first + lead, first + tail)
        base = sentence_at(self.reading, doc, i.start)
        end_sentence = sentence_at(self.reading, doc, i.end - 1)
        offset = base.block.start
        value = self.reading.document.body[offset + first + lead : offset + first + tail]
        value = re.sub(r"\s+", " ", value).strip()
        start, end = base.start, end_sentence.end
        if end - start > 1500:
            start, end = offset + first + lead, offset + first + tail
        candidate = Candidate(speaker, "said", Literal(value[:1000], Datatype.TEXT), start, end, rule, confidence)
        candidate.sentence = base
        candidate.anchor = verb.i if verb is not None and verb.doc is doc else None
        self.reading.candidates.append(candidate)


def _span(doc: Doc, start: int, end: int) -> Span:
    """The words that a stretch of characters touches."""
    return doc.char_span(start, end, alignment_mode="expand") or doc[0:1]


def _quoted(text: str, *, continued: bool) -> list[tuple[int, int]]:
    """Stretches between quotation marks; one that is never closed runs to the paragraph's end."""
    marks = [m.start() for m in re.finditer('"', text)][:400]
    spans: list[tuple[int, int]] = []
    i = 0
    while i < len(marks):
        start = marks[i]
        opens = start == 0 or (not text[start - 1].isalnum() and text[start - 1] not in ".,!?")
        if not opens and not spans and i == 0 and (continued or text[start - 1] in ".,!?"):
            # the opening mark is missing
            spans.append((0, start))
            i += 1
            continue
        end = marks[i + 1] if i + 1 < len(marks) else len(text)
        spans.append((start + 1, end))
        i += 2
    return spans


def _trim(doc: Doc, first: int, last: int) -> tuple[int, int] | None:
    """Character offsets of the tokens without "that", commas and conjunctions at their edges."""
    while first < last and (
        doc[first].lower_ in ("that", "and", "but", ",", ":", "how", "while", "however")
        or doc[first].is_punct
        or doc[first].is_space
    ):
        first += 1
    while last > first and (doc[last - 1].is_punct or doc[last - 1].is_space or doc[last - 1].dep_ == "cc"):
        last -= 1
    if last - first < 3:
        return None
    return doc[first].idx, doc[last - 1].idx + len(doc[last - 1])


def find_quotations(reading: Reading) -> None:
    """Propose who said what, and let "we" in a quotation stand for its speaker."""
    before = len(reading.candidates)
    _Quotations(reading).run()
    reading.explain("quotations", (f"{describe(c.subject)}: {describe(c.object)}" for c in reading.candidates[before:]))
