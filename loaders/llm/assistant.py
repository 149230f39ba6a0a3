"""The language model as a stage after the others: asked once a report, believed where the report bears it out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from loaders.extraction import read_and_decide
from loaders.extraction.reading import Reading
from loaders.llm.agreement import agree
from loaders.llm.answer import Answer, Claim
from loaders.llm.client import Client
from loaders.llm.dating import date_anew
from loaders.llm.grounding import Grounding
from loaders.llm.question import instruction, parts
from loaders.llm.settings import PREFIX, ModelSettings, ModelUnavailable
from ontology.statement import Document, Statement

MOST_PARTS = 16
"""Parts of a report that are sent; 16 hold some 20,000 words."""
_PATIENCE = 3
"""How many reports in a row a model may leave without any answer before it is asked no more."""


@dataclass(frozen=True, slots=True)
class SecondReading:
    """A document read by both: `notes` tell what kept the model from doing its part."""

    reading: Reading
    statements: list[Statement]
    notes: tuple[str, ...] = ()


class Assistant:
    """One language model; it can be kept for many reports, and gives up on one that does not answer."""

    def __init__(self, settings: ModelSettings) -> None:
        settings.check()
        self.settings = settings
        self._client = Client(settings)
        self._silent = 0

    def read(self, document: Document, *, minimum: float | None = None) -> SecondReading:
        """The statements of a document by rules, encoder and model.

        Whatever the model does, those that are found without it are there; only where the settings require the model
        is its failure raised, as `ModelUnavailable`.
        """
        reading, offline = read_and_decide(document, minimum=minimum)
        claims: list[Claim] = []
        notes: dict[str, None] = {}
        for answer in self._ask(reading):
            if isinstance(answer, ModelUnavailable):
                if self.settings.required:
                    raise answer
                notes.setdefault(str(answer))
                continue
            claims += answer.claims
            reading.explain("llm", answer.faults)
            if answer.is_cut:
                notes.setdefault(f"the language model's answer breaks off after {len(answer.claims)} statements")
            elif answer.faults:
                notes.setdefault(f"{len(answer.faults)} statements of the language model are malformed and left out")
        reading.explain("llm", notes)
        source = f"llm:{self.settings.model}"
        found = Grounding(reading, source).statements(claims) if claims else []
        statements = date_anew(agree(offline, found, reading.candidates), reading.incidents, source)
        kept = [s for s in statements if minimum is None or s.confidence >= minimum]
        return SecondReading(reading, kept, tuple(notes))

    def _ask(self, reading: Reading) -> Sequence[Answer | ModelUnavailable]:
        marking = reading.document.marking
        if not self.settings.may_see(reading.document):
            hint = f"{PREFIX}CLEARANCE says which may be"
            return [ModelUnavailable(f"a report marked {marking} is not sent to another machine", hint=hint)]
        if self._silent >= _PATIENCE:
            hint = "start anew once it does"
            return [
                ModelUnavailable(
                    f"the language model is asked no more, for {_PATIENCE} reports in a row it did not answer",
                    hint=hint,
                )
            ]
        messages = list(parts(reading))
        if not messages:
            return []
        answers = self._client.ask(instruction(), messages[:MOST_PARTS])
        self._silent = 0 if any(isinstance(answer, Answer) for answer in answers) else self._silent + 1
        if len(messages) > MOST_PARTS:
            told = f"the language model was shown the first {MOST_PARTS} of {len(messages)} parts of the report"
            answers.append(ModelUnavailable(told, hint="split the report"))
        return answers
