"""The gazetteer's records, and how they are read from this package's data files."""

from __future__ import annotations

from articles.tagging.records import Alias, AliasKind, Entry, Kind, Office

__all__ = ["Alias", "AliasKind", "Entry", "Kind", "Office"]
