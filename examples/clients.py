"""Three ways to ask the graph from Python: the API with httpx, its CSV with pandas, and Cypher with the neo4j driver.

incidentgraph load examples/reports && incidentgraph serve &
python examples/clients.py http://127.0.0.1:8000 "Jaguar Land Rover"
python examples/clients.py http://127.0.0.1:8000 "Jaguar Land Rover" bolt://127.0.0.1:7687 neo4j PASSWORD
"""

from __future__ import annotations

import io
import sys

import httpx
import pandas as pd
from neo4j import GraphDatabase


def surroundings(client: httpx.Client, name: str) -> list[str]:
    """What an entity is linked with, a sentence a link, each with its quotation."""
    found = client.get("/v1/entities", params={"q": name, "limit": 1}).raise_for_status().json()["items"]
    if not found:
        return []
    graph = client.get(f"/v1/entities/{found[0]['id']}/related").raise_for_status().json()
    names = {node["id"]: node["name"] for node in graph["nodes"]}
    return [
        f"{names[edge['source']]} {edge['label']} {names[edge['target']]} "
        f"({edge['modality']}, {edge['sources']} sources): “{edge['evidence']['quote']}”"
        for edge in graph["edges"]
    ]


def incidents(client: httpx.Client) -> pd.DataFrame:
    """All incidents as a table, page by page."""
    pages, cursor = [], None
    while True:
        asked = {"limit": 200} | ({"cursor": cursor} if cursor else {})
        page = client.get("/v1/incidents", params=asked).raise_for_status().json()
        pages += page["items"]
        cursor = page["cursor"]
        if cursor is None:
            break
    rows = [
        {
            "incident": each["incident"]["name"],
            "date": each["date"],
            "victims": ", ".join(victim["name"] for victim in each["victims"]),
            "documents": each["documents"],
        }
        for each in pages
    ]
    return pd.DataFrame(rows)


def statements(client: httpx.Client, entity_id: str) -> pd.DataFrame:
    """The first statements about an entity, straight from CSV."""
    answer = client.get(f"/v1/entities/{entity_id}/statements", headers={"Accept": "text/csv"}).raise_for_status()
    return pd.read_csv(io.StringIO(answer.text))


def figures(client: httpx.Client) -> pd.DataFrame:
    """What incidents cost, by a query of one's own."""
    query = """
        MATCH (s:Statement)-[:SUBJECT]->(e:Entity), (s)-[:STATED_IN]->(d:Document)
        WHERE s.datatype = 'money'
        RETURN e.name AS what, s.predicate AS figure, s.value AS value, s.currency AS currency,
               s.modality AS modality, d.publisher AS source
        ORDER BY value DESC
    """
    answer = client.post("/v1/cypher", json={"query": query, "limit": 500}).raise_for_status().json()
    return pd.DataFrame(answer["rows"], columns=answer["columns"])


def claims(address: str, user: str, password: str) -> list[str]:
    """Who claims which incident, from the database itself."""
    with GraphDatabase.driver(address, auth=(user, password)) as driver:
        records, _, _ = driver.execute_query(
            "MATCH (i:Incident)-[r:CLAIMED_BY]->(a:ThreatActor) "
            "RETURN i.name AS incident, a.name AS actor, r.modality AS how"
        )
    return [f"{record['incident']}: {record['actor']} ({record['how']})" for record in records]


def main(api: str, name: str, *database: str) -> None:
    """Print what the three ways give."""
    with httpx.Client(base_url=api, timeout=30) as client:
        print(*surroundings(client, name), sep="\n")
        print(incidents(client).to_string(index=False))
        print(figures(client).to_string(index=False))
    if database:
        print(*claims(*database), sep="\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
