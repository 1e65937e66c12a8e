"""Text -> findings: which actors, countries, organisations and topics an article names, and the evidence."""

from articles.tagging.findings import Finding, Mention, Part, Refusal, Role, Suggestion, Tagged
from articles.tagging.gazetteer import DataError, read_data
from articles.tagging.records import Alias, AliasKind, Entry, Kind, Office
from articles.tagging.tagger import Tagger

__all__ = [
    "Alias",
    "AliasKind",
    "DataError",
    "Entry",
    "Finding",
    "Kind",
    "Mention",
    "Office",
    "Part",
    "Refusal",
    "Role",
    "Suggestion",
    "Tagged",
    "Tagger",
    "read_data",
]
