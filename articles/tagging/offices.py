"""Offices: the words that name them, and who held which on a given day."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from articles.tagging.records import Entry, Kind, Office

STATE = frozenset({"head_of_state", "head_of_state_and_government"})
GOVERNMENT = frozenset({"head_of_government", "head_of_state_and_government"})
EITHER = STATE | GOVERNMENT
FOREIGN = frozenset({"foreign_minister"})
DEFENCE = frozenset({"defence_minister"})
ORGANISATION = frozenset({"org_head"})
OTHER = frozenset({"official", "vice_president", "governor_general", "nonstate_leader"})


@dataclass(frozen=True, slots=True)
class Title:
    """Words that name an office or a rank.

    ``roles`` are the offices it may mean (empty: a rank or courtesy, which only says that a name follows);
    ``is_public`` is true of those whose holders take part in public affairs.
    """

    words: str
    roles: frozenset[str] = frozenset()
    is_public: bool = True


def _titles(roles: frozenset[str], *words: str, is_public: bool = True) -> dict[str, Title]:
    return {word: Title(word, roles, is_public) for word in words}


TITLES: dict[str, Title] = {
    **_titles(
        STATE, "president", "acting president", "interim president", "king", "queen", "emir", "emperor"
    ),
    **_titles(STATE, "sultan", "pope", "amir", "supreme leader", "grand duke", "pontiff", "military ruler"),
    **_titles(
        GOVERNMENT, "prime minister", "premier", "chancellor", "taoiseach", "PM", "caretaker prime minister"
    ),
    **_titles(GOVERNMENT, "acting prime minister", "interim prime minister"),
    **_titles(EITHER, "leader", "ruler", "strongman", "crown prince", "junta leader", "military leader"),
    **_titles(
        FOREIGN,
        "foreign minister",
        "secretary of state",
        "foreign secretary",
        "FM",
        "external affairs minister",
    ),
    **_titles(
        FOREIGN, "minister of foreign affairs", "minister for foreign affairs", "foreign affairs minister"
    ),
    **_titles(FOREIGN, "minister of external affairs", "acting foreign minister", "top diplomat"),
    **_titles(DEFENCE, "defence minister", "defense minister", "defence secretary", "defense secretary"),
    **_titles(
        DEFENCE, "secretary of defense", "minister of defence", "minister of defense", "secretary of war"
    ),
    **_titles(ORGANISATION, "secretary general", "secretary-general", "director general", "director-general"),
    **_titles(ORGANISATION, "high representative", "foreign policy chief", "commission president", "chief"),
    **_titles(
        ORGANISATION, "commissioner", "high commissioner", "chairperson", "chairman", "prosecutor", "head"
    ),
    **_titles(OTHER, "vice president", "vice-president", "deputy prime minister", "deputy foreign minister"),
    **_titles(OTHER, "vice premier", "deputy PM", "first lady", "deputy minister", "vice foreign minister"),
    **_titles(
        OTHER, "deputy president", "deputy premier", "deputy defence minister", "deputy defense minister"
    ),
    **_titles(
        OTHER, "ambassador", "envoy", "special envoy", "peace envoy", "consul general", "consul", "diplomat"
    ),
    **_titles(
        OTHER, "charge d'affaires", "high commissioner", "permanent representative", "special representative"
    ),
    **_titles(OTHER, "spokesman", "spokeswoman", "spokesperson", "press secretary", "government spokesman"),
    **_titles(
        OTHER, "national security adviser", "national security advisor", "security adviser", "chief of staff"
    ),
    **_titles(OTHER, "treasury secretary", "finance minister", "trade minister", "commerce minister"),
    **_titles(
        OTHER, "commerce secretary", "energy minister", "interior minister", "home secretary", "minister"
    ),
    **_titles(
        OTHER, "home minister", "justice minister", "health minister", "economy minister", "oil minister"
    ),
    **_titles(
        OTHER, "agriculture minister", "transport minister", "information minister", "culture minister"
    ),
    **_titles(
        OTHER, "unification minister", "immigration minister", "education minister", "environment minister"
    ),
    **_titles(OTHER, "attorney general", "foreign ministry spokesman", "foreign ministry spokeswoman"),
    **_titles(
        OTHER,
        "foreign ministry spokesperson",
        "state secretary",
        "secretary",
        "under secretary",
        "undersecretary",
    ),
    **_titles(
        OTHER,
        "governor",
        "senator",
        "congressman",
        "congresswoman",
        "lawmaker",
        "speaker",
        "opposition leader",
    ),
    **_titles(
        OTHER, "parliament speaker", "house speaker", "rebel leader", "warlord", "army chief", "party leader"
    ),
    **_titles(
        OTHER,
        "cabinet secretary",
        "trade representative",
        "cabinet minister",
        "negotiator",
        "chief negotiator",
    ),
    **_titles(
        OTHER, "candidate", "presidential candidate", "foreign secretary general", "communications director"
    ),
    **_titles(
        OTHER, "minister of state", "intelligence chief", "spy chief", "rapporteur", "special rapporteur"
    ),
    **_titles(OTHER, "prince", "princess", "ayatollah", "cardinal", "patriarch", "archbishop"),
    **_titles(
        OTHER,
        "general",
        "admiral",
        "colonel",
        "marshal",
        "lieutenant general",
        "major general",
        "brigadier general",
    ),
    **_titles(
        frozenset(),
        "mr",
        "mrs",
        "ms",
        "miss",
        "dr",
        "sir",
        "lord",
        "lady",
        "sheikh",
        "h.e",
        "mullah",
        is_public=False,
    ),
}
# Words before a title that take the office away from the present holder.
PAST = frozenset(
    {"former", "ex", "then", "late", "deposed", "ousted", "previous", "onetime", "ailing former"}
)


@dataclass(frozen=True, slots=True)
class Tenure:
    """One office of one person, as the roll of holders keeps it."""

    holder: Entry
    office: Office

    def covers(self, on: dt.date) -> bool:
        """Return whether the person is known to have held the office on this day."""
        if self.office.start_on is not None and on < self.office.start_on:
            return False
        return self.office.end_on is None or on <= self.office.end_on


class Roll:
    """Who held which office when."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._tenures: dict[tuple[str, str], list[Tenure]] = defaultdict(list)
        for entry in entries:
            if entry.kind is Kind.ACTOR:
                for office in entry.offices:
                    self._tenures[office.of, office.role].append(Tenure(entry, office))

    def holder(self, of: str, title: Title, on: dt.date | None) -> Entry | None:
        """Return the one person who held the office on this day, or None where that is not certain.

        Not certain are a day of handing over, a time nobody looked up, and offices that two share.
        """
        if on is None:
            return None
        tenures = [
            tenure
            for role in title.roles
            for tenure in self._tenures.get((of, role), ())
            if tenure.covers(on)
        ]
        if len({tenure.holder.slug for tenure in tenures}) > 1:
            head = title.words.split()[-1]
            tenures = [tenure for tenure in tenures if head in tenure.office.title.lower()]
        holders = {tenure.holder.slug: tenure.holder for tenure in tenures}
        return next(iter(holders.values())) if len(holders) == 1 else None


def years_from_office(person: Entry, on: dt.date | None) -> float:
    """Return how many years lie between the day and the person's nearest time in office (0: in office).

    Without a date, or where no office has dates, nothing speaks against the person: 0.
    """
    if on is None:
        return 0.0
    gaps = [_gap_days(office, on) for office in person.offices]
    return min(gaps, default=0) / 365.25


def _gap_days(office: Office, on: dt.date) -> int:
    if office.start_on is not None and on < office.start_on:
        return (office.start_on - on).days
    if office.end_on is not None and on > office.end_on:
        return (on - office.end_on).days
    return 0
