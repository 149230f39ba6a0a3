"""Typed look-ups in Cypher that runs unchanged on both stores, each through the eyes of one reader (`View`)."""

from store.lookup.cursors import Page
from store.lookup.detail import entity
from store.lookup.documents import document, documents, documents_mentioning
from store.lookup.edge_filter import EdgeFilter
from store.lookup.incidents import incident, incidents
from store.lookup.paths import paths
from store.lookup.related import related
from store.lookup.search import search
from store.lookup.statements import statement, statements_of
from store.lookup.stats import stats
from store.lookup.terms import check_predicates, check_types
from store.lookup.timeline import timeline
from store.lookup.view import View

__all__ = [
    "EdgeFilter",
    "Page",
    "View",
    "check_predicates",
    "check_types",
    "document",
    "documents",
    "documents_mentioning",
    "entity",
    "incident",
    "incidents",
    "paths",
    "related",
    "search",
    "statement",
    "statements_of",
    "stats",
    "timeline",
]
