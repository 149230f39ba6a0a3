"""What a store says when it fails, in the words and with the blame that a client is told."""

from __future__ import annotations

import pytest
from neo4j.exceptions import ClientError

from ontology.errors import InvalidQuery, StoreBusy
from store.failures import told


@pytest.mark.parametrize("message", ["Error during read lock", "Error in execution in lock"])
def test_a_query_ended_while_it_waited_is_not_the_clients_fault(message: str) -> None:
    with pytest.raises(StoreBusy, match="waited"), told("graph"):
        raise ClientError(message)


def test_a_query_that_the_store_cannot_read_is() -> None:
    with pytest.raises(InvalidQuery), told("graph"):
        raise ClientError("no viable alternative at input")
