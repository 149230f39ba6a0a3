"""Which language model is asked, and within which bounds."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from ontology.errors import IncidentGraphError
from ontology.statement import Document, Marking

PREFIX = "INCIDENTGRAPH_LLM_"
_PATH = "/chat/completions"


class ModelUnavailable(IncidentGraphError):
    """A language model that cannot be asked, or whose answer cannot be used."""

    status = 502


class ModelSettings(BaseSettings):
    """Each is a variable `INCIDENTGRAPH_LLM_…`; the key is nothing else, for a list of processes shows options."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore", frozen=True, hide_input_in_errors=True)

    url: str | None = Field(default=None, description="Address of an OpenAI-compatible API, up to its version.")
    model: str | None = Field(default=None, description="Name of the model there.")
    key: SecretStr | None = Field(default=None, description="Its key, if it asks for one.")
    seconds: Annotated[float, Field(gt=0, le=3_600)] = Field(
        default=120.0, description="Longest time that one report may take it."
    )
    clearance: Marking = Field(
        default=Marking.CLEAR, description="Marking up to which reports are sent to another machine."
    )
    required: bool = Field(default=False, description="Whether a report fails when the model does.")

    @classmethod
    def chosen(
        cls, url: str | None = None, model: str | None = None, *, required: bool = False
    ) -> ModelSettings | None:
        """The settings of the environment with what the command line says above them; nothing where none is named.

        `off` as the address turns off what the environment asks for.
        """
        given = {"url": url or None, "model": model or None, "required": required or None}
        try:
            settings = cls(**{name: value for name, value in given.items() if value is not None})  # type: ignore[arg-type]
        except ValidationError as error:
            first = error.errors()[0]
            name = PREFIX + str(first["loc"][0]).upper()
            raise ModelUnavailable(f"{name}: {first['msg']}", hint="docs/extraction.md lists what it takes") from None
        if settings.url is None or settings.url == "off":
            return None
        settings.check()
        return settings

    def check(self) -> None:
        """Raise `ModelUnavailable` unless there is an address that can be asked, and a name to ask for."""
        try:
            parts = urlsplit(self.url or "")
            sound = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
        except ValueError:
            sound = False
        if not sound:
            raise ModelUnavailable(
                f"{self.url!r} is no address of a language model", hint="for instance http://localhost:11434/v1"
            )
        if parts.username or parts.password:
            raise ModelUnavailable(
                "the address of the language model holds a user or a password", hint=f"set {PREFIX}KEY instead"
            )
        if not self.model:
            raise ModelUnavailable("the language model has no name", hint=f"name it with --model or {PREFIX}MODEL")

    @property
    def endpoint(self) -> str:
        """The full address that questions go to."""
        base = (self.url or "").rstrip("/")
        return base if base.endswith(_PATH) else base + _PATH

    @property
    def is_local(self) -> bool:
        """Whether the model runs on this machine, so that no report leaves it."""
        host = urlsplit(self.url or "").hostname or ""
        try:
            return host == "localhost" or ip_address(host).is_loopback
        except ValueError:
            return False

    def may_see(self, document: Document) -> bool:
        """Whether a report's marking lets it go to where the model runs."""
        return self.is_local or document.marking.rank <= self.clearance.rank
