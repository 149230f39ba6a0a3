"""The store on a Neo4j server, version 5.26 or later, with the server's own means of keeping queries read-only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, cast

from neo4j import Driver, GraphDatabase, Session

from ontology.errors import WriteRefused
from store.bolt import BoltStore, Connection, Running
from store.failures import told
from store.growth import check_growth, check_ranges
from store.guard import PROCEDURES, admit, check_loops, check_size, is_explain
from store.schema import FULLTEXT, keys, open_ledger
from store.wire import GRACE, metered

_READS = "r"
_LOADING = "LoadCSV"
_PLAN_BYTES = 8_000_000


class Neo4jStore(BoltStore):
    """A graph in a Neo4j database.

    The Community edition has no users who may only read. So an untrusted query is planned first: Neo4j's own planner
    says what type it is and which operators and procedures it would run, however it is spelt.
    """

    kind = "neo4j"
    has_dynamic_types = True  # each text is planned anew for about 20 ms, and a report has many types

    def __init__(self, address: str, user: str, password: str, database: str | None = None) -> None:
        with told(address):
            driver = GraphDatabase.driver(
                address,
                auth=(user, password),
                connection_timeout=5.0,
                max_transaction_retry_time=30.0,
                notifications_min_severity="OFF",
                telemetry_disabled=True,
            )
        try:
            with told(address):
                driver.verify_connectivity()
                self._agent = driver.get_server_info().agent
                _create_schema(driver, database)
        except BaseException:
            driver.close()
            raise
        super().__init__(Connection(address, driver, driver, database))

    def _admit(self, session: Session, cypher: str, parameters: Mapping[str, Any], seconds: float) -> None:
        found = admit(cypher)
        check_size(found)
        check_loops(found)
        check_ranges(found, parameters)
        check_growth(found, parameters)
        explained = cypher if is_explain(cypher) else f"EXPLAIN {cypher}"
        with metered(session, row_bytes=_PLAN_BYTES, seconds=seconds + GRACE):
            plan = session.run(self._timed(explained, seconds), dict(parameters)).consume()
        if plan.query_type != _READS:
            raise WriteRefused("the query would change the graph", hint="queries are read-only")
        for operator in _operators(plan.plan or {}):
            _check_operator(operator)

    def _run(self, session: Session, cypher: str, parameters: Mapping[str, Any], seconds: float) -> Running:
        return Running(session.run(self._timed(cypher, seconds), dict(parameters)))

    def _version(self) -> str:
        return self._agent


def _operators(plan: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield plan
    for child in plan.get("children", ()):
        yield from _operators(child)


def _check_operator(operator: Mapping[str, Any]) -> None:
    name = str(operator.get("operatorType", "")).split("@")[0]
    called = str(operator.get("args", {}).get("Details", "")).partition("(")[0].strip()
    if name == _LOADING:
        raise WriteRefused("the query would read a file or an address", hint="LOAD CSV is not allowed")
    if name == "ProcedureCall" and called.lower() not in PROCEDURES:
        raise WriteRefused(f"the query would call {called[:80]}", hint=f"allowed: {', '.join(sorted(PROCEDURES))}")


def _create_schema(driver: Driver, database: str | None) -> None:
    with driver.session(database=database) as session:
        for cypher in (*(key.cypher for key in keys()), FULLTEXT):
            session.run(cast("Any", cypher)).consume()
        session.run(cast("Any", "CALL db.awaitIndexes(60)")).consume()
        open_ledger(session)
