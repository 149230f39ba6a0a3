# The API and the command line on a slim base, as a user without rights.
FROM python:3.11-slim AS build
WORKDIR /build
RUN python -m venv /opt/incidentgraph
COPY requirements.txt ./
RUN /opt/incidentgraph/bin/pip install --no-cache-dir --require-hashes -r requirements.txt
COPY pyproject.toml README.md LICENSE NOTICE incidentgraph.py ./
COPY ontology ontology
COPY loaders loaders
COPY store store
COPY api api
RUN /opt/incidentgraph/bin/pip install --no-cache-dir --no-deps --no-build-isolation .

FROM python:3.11-slim
RUN useradd --uid 10001 --create-home incidentgraph && install -d -o incidentgraph /data
COPY --from=build /opt/incidentgraph /opt/incidentgraph
ENV PATH=/opt/incidentgraph/bin:$PATH PYTHONUNBUFFERED=1 INCIDENTGRAPH_STORE=/data/incident-graph
USER incidentgraph
WORKDIR /data
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/health', timeout=4)"]
ENTRYPOINT ["incidentgraph"]
CMD ["serve", "--host", "0.0.0.0"]
