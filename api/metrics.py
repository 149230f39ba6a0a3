"""What is counted for Prometheus."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest


class Metrics:
    """The counters of one application, in a registry of its own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "incidentgraph_requests_total",
            "Requests answered.",
            ("method", "route", "status"),
            registry=self.registry,
        )
        self.seconds = Histogram(
            "incidentgraph_request_seconds",
            "Time to the last byte of an answer.",
            ("route",),
            buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
            registry=self.registry,
        )
        self.in_progress = Gauge(
            "incidentgraph_requests_in_progress", "Requests being answered.", registry=self.registry
        )
        self.cypher_refused = Counter(
            "incidentgraph_cypher_refused_total", "Cypher queries refused, by why.", ("why",), registry=self.registry
        )
        self.jobs = Counter(
            "incidentgraph_uploads_total", "Uploads, by how they ended.", ("state",), registry=self.registry
        )

    def observe(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one request."""
        self.requests.labels(method, route, str(status)).inc()
        self.seconds.labels(route).observe(seconds)

    def text(self) -> bytes:
        """All counters in Prometheus' text format."""
        return generate_latest(self.registry)
