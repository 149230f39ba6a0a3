"""Second stage: who and what is named or described, and of which class.

spaCy proposes spans; the gazetteer and the words within and beside a name vote on its class, over the whole text.
"""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from functools import cache
from typing import TYPE_CHECKING, Any

from spacy.matcher import PhraseMatcher

from loaders.extraction.lexicon import is_technique, nouns, read_data
from loaders.extraction.nlp import keep_text, pipeline, text_of
from loaders.extraction.reading import Block, Mention, Reading, Sentence
from loaders.resolution import gazetteer
from ontology.model import ontology

if TYPE_CHECKING:
    from spacy.tokens import Doc

MAX_NAMES = 3000
_CVE = re.compile(r"\bCVE-\d{4}-\d{4,7}\b", re.IGNORECASE)
_SPEAKS = re.compile(
    r"^,? ?(?:has |have |also |later |now |further |recently |previously )*(?:says|said|notes|noted|warns|warned|"
    r"told|reports|reported|explains|explained|announced|confirmed|"
    r"disclosed|observed|discovered|found|attributes|attributed|believes|acknowledged|admitted|revealed|declined|"
    r"published|tracks|stated|states)\b"
)
_QUOTED = re.compile(
    r"\b(?:[Aa]ccording to|told|[Rr]esearchers (?:at|from)|[Ee]xperts (?:at|from)|[Aa]nalysts (?:at|"
    r"from)) (?:the )?(?:[a-z]+ ){0,3}$"
)
_PRONOUNS = frozenset(
    [
        "it",
        "its",
        "itself",
        "they",
        "their",
        "them",
        "he",
        "his",
        "him",
        "she",
        "her",
        "we",
        "our",
        "us",
        "i",
        "my",
        "ours",
        "theirs",
    ]
)
_LABELS = frozenset({"PERSON", "ORG", "GPE", "LOC", "FAC", "PRODUCT", "NORP"})
_EDGE = re.compile(r"^(?:the|a|an|an?other|this|that|its|our|their|former|mr\.?|mrs\.?|ms\.?)$", re.IGNORECASE)


@cache
def _cues() -> dict[str, Any]:
    raw = read_data("names.yaml")
    compiled: dict[str, Any] = {
        place: [(kind, re.compile(p)) for kind, patterns in raw[place].items() for p in patterns]
        for place in ("within", "after", "before")
    }
    compiled["labels"] = raw["labels"]
    compiled["stop"] = frozenset(str(w).lower() for w in raw["stop"])
    return compiled


def find_mentions(reading: Reading) -> None:
    """Parse the blocks, then find names, nouns and pronouns that stand for parties."""
    _parse(reading)
    for doc, block in reading.docs:
        covered: list[Mention | None] = [None] * len(doc)
        _names(reading, doc, block, covered)
        reading.memo[f"covered:{id(doc)}"] = covered
    _repeat(reading)
    _vote(reading)
    for doc, block in reading.docs:
        if block.kind != "heading":
            _nominals(reading, doc, reading.memo[f"covered:{id(doc)}"])
    reading.mentions.sort(key=lambda m: (m.start, -m.end))
    for mention in reading.mentions:
        reading.sentences[mention.sentence].mentions.append(mention)
        for i in range(mention.first, mention.last) if mention.source == "name" else (mention.head,):
            reading.heads.setdefault((id(mention.doc), i), mention)
    reading.explain("mentions", (f"{m.kind:<15} {m.source:<8} {m.text}" for m in reading.mentions))


def _parse(reading: Reading) -> None:
    blocks = [b for b in reading.blocks if b.text.strip()]
    for doc, block in pipeline().pipe(((b.text, b) for b in blocks), as_tuples=True, batch_size=32):
        keep_text(doc, block.text)
        reading.docs.append((doc, block))
        for span in doc.sents:
            start, end = block.start + span.start_char, block.start + span.end_char
            sentence = Sentence(len(reading.sentences), span, start, end, block)
            reading.sentences.append(sentence)
            reading.memo.setdefault(f"sents:{id(doc)}", []).append(sentence)


def sentence_at(reading: Reading, doc: Doc, i: int) -> Sentence:
    """The sentence of token i."""
    found: list[Sentence] = reading.memo[f"sents:{id(doc)}"]
    low, high = 0, len(found) - 1
    while low < high:
        middle = (low + high + 1) // 2
        if found[middle].span.start <= i:
            low = middle
        else:
            high = middle - 1
    return found[low]


def _add(reading: Reading, doc: Doc, first: int, last: int, kind: str, source: str) -> Mention:  # noqa: PLR0917
    span = doc[first:last]
    base = sentence_at(reading, doc, first)
    start = base.block.start + span.start_char
    end = base.block.start + span.end_char
    mention = Mention(doc, first, last, _head(doc, first, last), start, end, span.text, kind, source, base.index)
    reading.mentions.append(mention)
    return mention


def _head(doc: Doc, first: int, last: int) -> int:
    """The word that the others hang on; `span.root` looks through the whole text each time it is asked."""
    return next((i for i in range(first, last) if not first <= doc[i].head.i < last or doc[i].head.i == i), last - 1)


def _names(reading: Reading, doc: Doc, block: Block, covered: list[Mention | None]) -> None:
    names = gazetteer()
    whole = text_of(doc)
    proposals: list[tuple[int, int, str | None, str | None]] = []
    i = 0
    while i < len(doc):
        token = doc[i]
        found = names.longest_at(whole, token.idx) if not token.is_space and not token.is_punct else None
        span = doc.char_span(token.idx, token.idx + len(found.text), alignment_mode="contract") if found else None
        if found and span is not None and len(span):
            sure = not found.doubtful or token.ent_type_ in ("ORG", "PERSON", "PRODUCT", "GPE")
            if found.kind in ("Malware", "ThreatActor") and not found.famous and not _distinctive(span.text):
                sure = False
            if sure or _cued(doc, span.start, span.end):
                proposals.append((span.start, span.end, found.kind, found.canonical))
                i = span.end
                continue
        i += 1
    if block.kind != "heading":
        proposals += [
            (*_trim(doc, first, last), ent.label_, None)
            for ent in doc.ents
            if ent.label_ in _LABELS
            for first, last in _split(doc, ent.start, ent.end)
        ]
    proposals += [
        (span.start, span.end, "Vulnerability", whole[m.start() : m.end()].upper())
        for m in _CVE.finditer(whole)
        if (span := doc.char_span(m.start(), m.end(), alignment_mode="expand")) is not None
    ]
    # longer spans first, so that "Microsoft Exchange" is not cut to "Microsoft"; the gazetteer wins a tie
    proposals.sort(key=lambda p: (p[0] - p[1], p[3] is None))
    if block.kind != "heading":
        proposals += [(*run, None, None) for run in _capitals(doc)]
    for first, last, label, canonical in proposals:
        if last <= first or any(covered[i] for i in range(first, last)):
            continue
        text = doc[first:last].text
        if text.lower() in _cues()["stop"] or is_technique(text) or not any(c.isalnum() for c in text) or len(text) < 2:
            continue
        if len(text) > 90 or "@" in text or "://" in text:
            continue
        mention = _add(reading, doc, first, last, label or "Organization", "name")
        mention.canonical = canonical
        _cast_votes(mention, label, canonical is not None)
        for i in range(first, last):
            covered[i] = mention


def _distinctive(text: str) -> bool:
    """A name that is hardly a word of another kind: "ShadowPad", "APT41", "Fancy Bear"."""
    return bool(re.search(r"\d|[a-z][A-Z]| ", text)) and text[0].isupper()


def _cued(doc: Doc, first: int, last: int) -> bool:
    text = text_of(doc)
    end, start = doc[last - 1].idx + len(doc[last - 1]), doc[first].idx
    after, before = text[end : end + 60], text[max(0, start - 60) : start]
    cues = _cues()
    return any(k in ("ThreatActor", "Malware") and p.search(after) for k, p in cues["after"]) or any(
        k in ("ThreatActor", "Malware") and p.search(before) for k, p in cues["before"]
    )


def _split(doc: Doc, first: int, last: int) -> list[tuple[int, int]]:
    """The recogniser runs lists together: "Inotiv, Lee Enterprises" are two."""
    cuts = [
        i
        for i in range(first + 1, last - 1)
        if doc[i].text == "," and not re.match(r"(?:Inc|LLC|Ltd|Corp|S\.A|Co|L\.P|LP|N\.A)\b", doc[i + 1].text)
    ]
    edges = [first, *cuts, last]
    return [(a + (a in cuts), b) for a, b in itertools.pairwise(edges)]


def _trim(doc: Doc, first: int, last: int) -> tuple[int, int]:
    words = [token.text for token in doc[first:last]]
    if "(" in words and ")" not in words:  # "Transport for London (TfL"
        last = first + words.index("(")
    while first < last and (_EDGE.match(doc[first].text) or doc[first].is_punct or doc[first].is_space):
        first += 1
    while first < last and (doc[last - 1].tag_ == "POS" or doc[last - 1].is_punct or doc[last - 1].is_space):
        last -= 1
    while first < last and doc[last - 1].is_lower and doc[last - 1].pos_ in ("NOUN", "VERB", "ADP", "ADJ", "ADV"):
        last -= 1
    while first < last and doc[first].is_lower:
        first += 1
    # "CD Projekt Red", "Dr. Web": the recogniser drops a first word that looks odd
    while 0 < first < last and doc[first - 1].dep_ == "compound" and doc[first - 1].pos_ == "PROPN":
        previous = doc[first - 1]
        if (
            previous.ent_type_
            or _EDGE.match(previous.text)
            or not previous.text[0].isupper()
            or not first <= previous.head.i < last
        ):
            break
        first -= 1
    return first, last


def _capitals(doc: Doc) -> list[tuple[int, int]]:
    """Runs of proper nouns, which the recogniser may have missed."""
    runs: list[tuple[int, int]] = []
    i = 0
    while i < len(doc):
        j = i
        while j < len(doc) and doc[j].pos_ == "PROPN" and doc[j].text[0].isupper() and not doc[j].is_sent_start:
            j += 1
        if j > i and doc[i].ent_type_ not in ("DATE", "MONEY", "TIME", "CARDINAL", "PERCENT", "ORDINAL"):
            runs.append((i, j))
        i = max(j, i + 1)
    return runs


def _cast_votes(mention: Mention, label: str | None, known: bool) -> None:  # noqa: PLR0912
    cues = _cues()
    votes: dict[str, float] = defaultdict(float)
    doc = mention.doc
    if known and label:
        votes[label] += 4.0
    elif label in cues["labels"]:
        for kind, weight in cues["labels"][label].items():
            votes[kind] += weight
    elif label == "Vulnerability":
        votes[label] += 9.0
    else:
        votes["Organization"] += 0.5
    last = doc[mention.last - 1]
    text = text_of(doc)
    end, start = last.idx + len(last), doc[mention.first].idx
    after, before = text[end : end + 70], text[max(0, start - 70) : start]
    for kind, pattern in cues["within"]:
        if pattern.search(mention.text) and not known:
            votes[kind] += 3.6 if kind in ("Facility", "Programme") else 2.2
    for kind, pattern in cues["after"]:
        if pattern.search(after):
            votes[kind] += 2.5 if kind in ("ThreatActor", "Malware") else 0.9
    for kind, pattern in cues["before"]:
        if pattern.search(before):
            votes[kind] += 2.0 if kind in ("ThreatActor", "Malware") else 0.8
    if label != "PERSON" and not known and (_SPEAKS.match(after) or _QUOTED.search(before)):
        votes["Company"] += 1.3
    if label == "PERSON" and mention.last - mention.first == 1 and not known:
        votes["Person"] -= 0.7
        votes["Company"] += 0.4
    _apposition_votes(mention, votes)
    mention.votes = dict(votes)


def _apposition_votes(mention: Mention, votes: dict[str, float]) -> None:
    """ "X, a Japanese brewer," and "X is a Japanese brewer" say what X is."""
    head = mention.doc[mention.head]
    described = [c for c in head.children if c.dep_ == "appos" and c.pos_ == "NOUN"]
    if head.dep_ == "nsubj" and head.head.lemma_ == "be":
        described += [c for c in head.head.children if c.dep_ == "attr" and c.pos_ == "NOUN"]
    if head.dep_ == "appos" and head.head.pos_ == "NOUN":
        described.append(head.head)
    for noun in described:
        kind = nominal_kind(noun.lemma_.lower(), noun.text.lower())
        if kind in ("Incident", "Data", "People", "Victims", None):
            continue
        if kind == "ThreatActor" or noun.lemma_.lower() not in ("group", "operation", "service", "network"):
            votes[kind] += 1.8
    compounds = " ".join(c.text.lower() for n in described for c in n.subtree)[:120]
    if re.search(
        r"\b(?:ransomware|hacking|hacker|cybercrime|extortion|threat|hacktivist)\b.{0,20}\b(?:group|gang|operation|"
        r"actor|collective)\b",
        compounds,
    ):
        votes["ThreatActor"] += 2.5
    elif re.search(r"\b(?:malware|trojan|stealer|botnet|backdoor|ransomware|worm|spyware|loader)\b", compounds):
        votes["Malware"] += 2.0


def _repeat(reading: Reading) -> None:
    """A name found once is found wherever it stands again."""
    nlp = pipeline()
    matcher = PhraseMatcher(nlp.vocab, attr="ORTH")
    canonical: dict[str, Mention] = {}
    for mention in reading.mentions[:MAX_NAMES]:
        if mention.source == "name" and mention.text not in canonical and len(mention.text) > 2:
            canonical[mention.text] = mention
            matcher.add(mention.text, [mention.span.as_doc()])
    if not canonical:
        return
    for doc, _ in reading.docs:
        covered: list[Mention | None] = reading.memo[f"covered:{id(doc)}"]
        for _, first, last in sorted(matcher(doc), key=lambda m: (m[1] - m[2], m[1])):
            if any(covered[i] for i in range(first, last)):
                continue
            model = canonical[doc[first:last].text]
            mention = _add(reading, doc, first, last, model.kind, "name")
            mention.canonical = model.canonical
            _cast_votes(mention, None, known=False)
            for i in range(first, last):
                covered[i] = mention


def _vote(reading: Reading) -> None:
    totals: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for mention in reading.mentions:
        for kind, weight in mention.votes.items():
            totals[mention.text.lower()][kind] += weight
    for mention in reading.mentions:
        votes = totals[mention.text.lower()]
        mention.kind = max(votes, key=lambda kind: (votes[kind], kind))
    surnames = {m.text.rpartition(" ")[2] for m in reading.mentions if m.kind == "Person" and " " in m.text}
    for mention in reading.mentions:
        if mention.text in surnames and mention.canonical is None:
            mention.kind = "Person"  # "Carroll" alone, of whom the text has told that he is Ian Carroll


def nominal_kind(lemma: str, text: str) -> str | None:
    """The class of a common noun."""
    return next((kind for kind, words in nouns().items() if lemma in words or text in words), None)


@cache
def is_doer(kind: str) -> bool:
    """Whether things of a class do or suffer something in reports, so that a bare noun for one is worth keeping."""
    return kind in ontology().classes and any(
        ontology().is_a(kind, ancestor) for ancestor in ("Organization", "Person", "Facility", "System")
    )


def _nominals(reading: Reading, doc: Doc, covered: list[Mention | None]) -> None:
    chunks = list(doc.noun_chunks)
    for chunk in chunks:
        root = chunk.root
        if covered[root.i] is not None:
            continue
        if root.pos_ == "PRON":
            if root.text.lower() in _PRONOUNS:
                _add(reading, doc, root.i, root.i + 1, "Pronoun", "pronoun")
            continue
        kind = nominal_kind(root.lemma_.lower(), root.text.lower())
        if root.lemma_.lower() in ("operation", "ransomware", "outfit", "group") and any(
            m is not None and m.kind == "ThreatActor" for m in covered[chunk.start : chunk.end]
        ):
            kind = "ThreatActor"
        if kind is None:
            continue
        first = chunk.start
        _add(reading, doc, first, chunk.end, kind, "nominal")
    roots = {chunk.root.i for chunk in chunks}
    for token in doc:
        # a noun that a misread sentence leaves without a chunk
        if (
            token.pos_ == "NOUN"
            and token.i not in roots
            and covered[token.i] is None
            and token.dep_ in ("conj", "ccomp", "pobj", "dobj", "nsubj", "appos")
        ):
            kind = nominal_kind(token.lemma_.lower(), token.lower_)
            if kind is not None and is_doer(kind):
                first = token.i
                while (
                    first > 0
                    and doc[first - 1].dep_ in ("compound", "amod", "det", "nummod")
                    and doc[first - 1].head is token
                ):
                    first -= 1
                _add(reading, doc, first, token.i + 1, kind, "nominal")
        # possessives stand inside chunks
        if token.tag_ == "PRP$" and covered[token.i] is None:
            _add(reading, doc, token.i, token.i + 1, "Pronoun", "pronoun")
