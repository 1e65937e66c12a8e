"""That the gazetteer is tried: passages for every topic and state, every plain name found where it stands."""

from __future__ import annotations

import datetime as dt
import tomllib

import pytest

from articles.tagging import AliasKind, Kind, Tagger, read_data
from articles.tagging.matcher import EXCLUDED
from articles.tagging.places import FORMER_STATES
from tests.tagging.test_passages import FOLDER

ENTRIES = read_data()
TODAY = dt.date(2025, 10, 1)
STATES = frozenset({"state", "disputed_state", "associated_state"})
PLAIN = frozenset({AliasKind.NAME, AliasKind.DEMONYM, AliasKind.CAPITAL, AliasKind.METONYM})


@pytest.fixture(scope="module")
def tagger():
    """Return a tagger of the whole gazetteer."""
    return Tagger(ENTRIES)


@pytest.fixture(scope="module")
def demanded():
    """Return every tag that some passage must get."""
    return {
        tag
        for path in FOLDER.glob("*.toml")
        for row in tomllib.loads(path.read_text(encoding="utf-8"))["passages"]
        for tag in row.get("must", ())
    }


def test_every_topic_has_a_passage(demanded):
    assert {f"topic:{entry.key}" for entry in ENTRIES if entry.kind is Kind.TOPIC} - demanded == set()


def test_every_state_has_a_passage(demanded):
    states = {
        f"country:{entry.key}" for entry in ENTRIES if entry.kind is Kind.COUNTRY and entry.category in STATES
    }
    assert states - demanded == set()


@pytest.mark.parametrize(
    "entry",
    [entry for entry in ENTRIES if entry.kind in {Kind.COUNTRY, Kind.ORGANISATION}],
    ids=lambda entry: entry.key,
)
def test_every_name_is_found_or_refused_with_a_reason(entry, tagger):
    former = {key for _, key, _ in FORMER_STATES}
    for alias in entry.aliases:
        if alias.kind not in PLAIN or entry.key in former:
            continue
        tagged = tagger.tag(title="", body=f"Last week {alias.text} gave no answer.", on=TODAY)
        found = {(finding.kind, finding.slug) for finding in tagged.findings}
        refused = {(refusal.kind, refusal.slug) for refusal in tagged.refusals}
        assert (entry.kind, entry.slug) in found | refused, alias.text
        if not (alias.is_ambiguous or entry.is_ambiguous):
            assert (entry.kind, entry.slug) in found, alias.text


def test_every_excluded_phrase_holds_a_trigger(tagger):
    children: dict[str, set[str]] = {}
    for entry in ENTRIES:
        if entry.kind is Kind.TOPIC:
            children.setdefault(entry.parent, set()).add(entry.slug)
    idle = [
        f"{entry.slug}: {alias.text}"
        for entry in ENTRIES
        if entry.kind is Kind.TOPIC
        for alias in entry.aliases
        if alias.kind is AliasKind.NEGATIVE
        and not _triggered(tagger, alias.text) & {entry.slug, *children.get(entry.slug, ())}
    ]
    assert idle == []


def _triggered(tagger, phrase):
    """Return the slugs of the topics that the words of a phrase would bring, were it not excluded."""
    hits = tagger._matcher.find(phrase.removesuffix("*"))
    halves = {half.topic for hit in hits.halves for half in hit[2].halves}
    return halves | {slug for hit in hits.triggers for slug, order in hit[2].triggers if order > EXCLUDED}
