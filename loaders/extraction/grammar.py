"""Who does what to whom in a parsed sentence: deep subjects and objects across voice, clauses and conjunctions."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spacy.tokens import Token

MAX_FILLERS = 24
_NOUNS = ("NOUN", "PROPN", "PRON", "NUM", "ADJ", "X", "SYM", "VERB", "DET")


def with_conjuncts(tokens: list[Token]) -> list[Token]:
    """The tokens and what is coordinated with them, at most MAX_FILLERS."""
    out: list[Token] = []
    queue = list(tokens)
    while queue and len(out) < MAX_FILLERS:
        token = queue.pop(0)
        if token in out:
            continue
        out.append(token)
        queue += [c for c in token.children if c.dep_ == "conj"]
    return out


def is_passive(verb: Token) -> bool:
    """A passive clause, or a past participle that describes a noun ("data stolen in")."""
    if any(c.dep_ in ("nsubjpass", "auxpass", "agent") for c in verb.children):
        return True
    if verb.dep_ in ("acl", "amod", "advcl") and verb.tag_ == "VBN":
        return not any(c.dep_ in ("nsubj", "aux", "dobj") for c in verb.children)
    if verb.dep_ == "conj" and verb.tag_ == "VBN" and not any(c.dep_ in ("nsubj", "aux") for c in verb.children):
        return verb.head.tag_ == "VBN" and is_passive(verb.head)
    return False


def _surface_subjects(verb: Token, depth: int = 0) -> list[Token]:  # noqa: PLR0911
    own = [c for c in verb.children if c.dep_ in ("nsubj", "nsubjpass", "csubj")]
    own = [_antecedent(c, verb) for c in own]
    if own or depth > 5:
        return own
    if verb.dep_ == "conj" and verb.head.pos_ in ("VERB", "AUX"):
        return _surface_subjects(verb.head, depth + 1)
    if verb.dep_ in ("xcomp", "pcomp", "advcl", "dep", "ccomp"):
        head = verb.head if verb.head.pos_ in ("VERB", "AUX") else verb.head.head
        if head is not verb and head.pos_ in ("VERB", "AUX"):
            if verb.dep_ == "xcomp":
                objects = [c for c in head.children if c.dep_ in ("dobj", "nsubjpass")]
                if objects and head.lemma_ in _OBJECT_CONTROL:
                    return objects
            if verb.dep_ == "ccomp" and verb.tag_ not in ("VB", "VBG"):
                return []
            return _surface_subjects(head, depth + 1)
    if verb.dep_ in ("acl", "relcl"):
        return [verb.head]
    if verb.dep_ == "amod":
        return [verb.head]
    return []


_OBJECT_CONTROL = frozenset(
    [
        "force",
        "allow",
        "enable",
        "cause",
        "require",
        "lead",
        "tell",
        "ask",
        "urge",
        "see",
        "use",
        "lead",
        "let",
        "help",
        "order",
    ]
)


def _antecedent(token: Token, verb: Token) -> Token:
    """What "which", "who" and "that" of a relative clause stand for."""
    if token.tag_ in ("WDT", "WP") or (token.lower_ == "that" and token.pos_ in ("PRON", "DET")):
        clause = verb
        while clause.dep_ in ("conj", "xcomp") and clause.head.pos_ in ("VERB", "AUX"):
            clause = clause.head
        if clause.dep_ in ("relcl", "acl"):
            return clause.head
    return token


def subjects(verb: Token) -> list[Token]:
    """Who does it: the subject of an active verb, the agent of a passive one."""
    if is_passive(verb):
        agents = [
            c
            for a in verb.children
            if a.dep_ == "agent" or (a.dep_ == "prep" and a.lower_ == "by")
            for c in a.children
            if c.dep_ == "pobj"
        ]
        return with_conjuncts(agents)
    return with_conjuncts(_surface_subjects(verb))


def objects(verb: Token) -> list[Token]:
    """Whom it is done to: the object of an active verb, the subject of a passive one."""
    if is_passive(verb):
        surface = _surface_subjects(verb)
        return with_conjuncts(surface)
    own = [c for c in verb.children if c.dep_ in ("dobj", "dative", "attr", "oprd") and c.pos_ in _NOUNS]
    if own:
        return with_conjuncts([_antecedent(c, verb) for c in own])
    if verb.dep_ == "relcl" and not any(
        c.dep_ in ("nsubj", "nsubjpass") and c.tag_ in ("WDT", "WP") for c in verb.children
    ):
        return with_conjuncts([verb.head])
    for other in verb.children:
        if other.dep_ == "conj" and other.pos_ == "VERB" and other.i - verb.i <= 3:
            shared = [c for c in other.children if c.dep_ == "dobj"]
            if shared:
                return with_conjuncts(shared)
    return []


def prepositional(token: Token, preposition: str) -> list[Token]:
    """Objects of a preposition that hangs on the word, or on its object just after it."""
    found: list[Token] = []
    for child in token.children:
        if child.dep_ in ("prep", "agent", "mark", "dative", "advmod", "prt") and child.lower_ == preposition:
            found += [c for c in child.children if c.dep_ in ("pobj", "pcomp")]
        elif child.dep_ == "prep":
            # "at sites in the Midlands", "up to", "out of"
            for nested in child.children:
                if nested.dep_ == "prep" and nested.lower_ == preposition:
                    found += [c for c in nested.children if c.dep_ == "pobj"]
    return with_conjuncts(found)


def possessors(token: Token) -> list[Token]:
    """Owners by 's, "its", or a noun before the noun."""
    return with_conjuncts([c for c in token.children if c.dep_ == "poss"])


def compounds(token: Token) -> list[Token]:
    """Names and nouns before a noun: "the Twilio breach"."""
    return [c for c in token.lefts if c.dep_ in ("compound", "nmod", "amod") and c.pos_ in ("PROPN", "NOUN", "ADJ")]


def governor(token: Token) -> Token | None:
    """The verb whose clause the word stands in."""
    node = token
    for _ in range(12):
        if node.head is node:
            return node if node.pos_ in ("VERB", "AUX") else None
        node = node.head
        if node.pos_ in ("VERB", "AUX"):
            return node
    return None


def sentence_bounds(token: Token) -> tuple[int, int]:
    """First and last+1 token of its sentence; `token.sent` looks through the whole text each time it is asked."""
    doc = token.doc
    start, end = token.i, token.i + 1
    while start > 0 and not doc[start].is_sent_start:
        start -= 1
    while end < len(doc) and not doc[end].is_sent_start:
        end += 1
    return start, end


def phrase(token: Token, *, limit: int = 40, clauses: bool = True) -> tuple[int, int]:
    """First and last+1 token of the words that belong to a noun or verb, within its sentence."""
    left = token.left_edge.i
    right = token.right_edge.i
    start, end = sentence_bounds(token)
    left, right = max(left, start), min(right, end - 1)
    for t in token.doc[token.i + 1 : right + 1]:
        cut = t.lower_ in ("which", "who", "whose") or (t.text in (";", "—", "–", '"', "("))
        if t.dep_ == "cc" and t.head is not token and t.head.pos_ == "VERB" and t.head.head is token.head:
            cut = True
        if cut or (not clauses and t.dep_ in ("relcl", "acl")):
            right = t.i - 1
            break
    right = min(right, token.i + limit)
    while right > token.i and (
        token.doc[right].is_punct or token.doc[right].is_space or token.doc[right].dep_ in ("cc", "prep")
    ):
        right -= 1
    while left < token.i and (token.doc[left].is_punct or token.doc[left].is_space):
        left += 1
    return left, right + 1
