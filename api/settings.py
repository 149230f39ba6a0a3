"""What the operator of an API may set, each by an environment variable `INCIDENTGRAPH_…`."""

from __future__ import annotations

import ipaddress
from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from ontology.statement import Marking

LOOPBACK_NAMES = ("localhost", "127.0.0.1", "::1")


class Settings(BaseSettings):
    """The defaults are safe: open for reading on this machine, closed to everybody else."""

    model_config = SettingsConfigDict(env_prefix="INCIDENTGRAPH_", extra="ignore", frozen=True)

    host: str = Field(default="127.0.0.1", description="Address that the server listens on.")
    port: int = Field(default=8000, ge=0, le=65_535, description="Port that the server listens on.")

    anonymous: Literal["loopback", "always", "never"] = Field(
        default="loopback", description="Who may read without a token: those on this machine, everybody, or nobody."
    )
    anonymous_clearance: Marking | None = Field(
        default=None,
        description="What they may see; without it all on loopback, and TLP:CLEAR where everybody may read.",
    )
    tokens_file: Path = Field(
        default=Path("incident-graph-tokens.json"),
        description="File with the hashes of the tokens that were given out.",
    )
    allowed_hosts: tuple[str, ...] = Field(
        default=(), description="Host names that the server answers to, besides those of this machine and `host`."
    )
    cors_origins: tuple[str, ...] = Field(default=(), description="Other origins whose pages may call the API.")
    browser_url: str | None = Field(default=None, description="Address of a Neo4j Browser on the same graph.")

    rate_limit: int = Field(
        default=1_200, ge=0, description="Requests a minute that one client may make; 0 sets no limit."
    )
    rate_burst: int = Field(default=200, ge=1, description="How many of them may come at once.")
    max_body_bytes: int = Field(default=20_000_000, gt=0, description="Largest request body.")
    max_url_bytes: int = Field(default=8_000, gt=0, description="Longest path with its query string.")
    threads: int = Field(default=40, ge=1, description="Requests that are worked on at the same time.")

    cypher_rows: int = Field(default=10_000, gt=0, description="Most rows of an answer to a Cypher query.")
    cypher_bytes: int = Field(default=8_000_000, gt=0, description="Most bytes of an answer to a Cypher query.")
    cypher_seconds: float = Field(default=10.0, gt=0, description="Longest time that a Cypher query may take.")
    cypher_concurrency: int = Field(default=4, gt=0, description="Cypher queries that run at the same time.")

    upload_seconds: float = Field(
        default=2.0, ge=0, description="How long an upload is waited for before it becomes a job."
    )
    upload_queue: int = Field(default=20, gt=0, description="Uploads that may wait to be read.")

    @property
    def is_loopback(self) -> bool:
        """Whether the server can be reached from this machine only."""
        return is_loopback(self.host)

    @property
    def hosts(self) -> frozenset[str]:
        """The host names that a request may be addressed to, in lower case, without a port."""
        return frozenset(name.lower() for name in (*LOOPBACK_NAMES, self.host, *self.allowed_hosts))


def is_loopback(address: str) -> bool:
    """Whether an address or name is that of this machine."""
    if address.lower() in LOOPBACK_NAMES:
        return True
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
