"""How much a finding is to be doubted, and how soon a person should look at it.

Doubt is 0 (nobody would look twice) to 100: what the tagger knows of how it came to the finding.  Weight is
how much a mistake would matter.  Their product orders the review queue.  The table is in docs/curation.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from articles.tagging.findings import Role
from articles.tagging.records import Kind

# From the rule that says most to the one that says least.  The best rule among a finding's mentions is its
# ground; "file" is the ground of a tag that only stands in the file's own list.  A rule's place here is kept
# in the database (`Tagging.review_ground`), so new ones go to the end.
RULES = (
    "name", "office", "demonym", "place", "capital", "implied", "former", "metonym", "surname", "trigger",
    "file",
)  # fmt: skip
FILE = "file"
KIND_STEP = 16  # a ground's number is its kind's place times this, plus its rule's: room for 16 rules
KINDS = tuple(Kind)

# Points of doubt by ground; a rule that is not here came later than this table and is looked at.
POINTS = {
    "name": 5, "office": 35, "demonym": 20, "place": 20, "capital": 25, "implied": 25, "former": 35,
    "metonym": 30, "surname": 45, "trigger": 15, "file": 20,
}  # fmt: skip
UNKNOWN_RULE = 40
# A capital or a metonym that stands for an organisation (Brussels for the EU) might as well mean the place.
BODY_POINTS = 10
AMBIGUOUS = (30, 15)  # a name with other meanings: named once or twice, more often
# What other words earned says nothing of a name: whoever wrote `Ankara` never wrote `Turkey`.
WITHOUT_NAME = frozenset({FILE, "capital", "place", "implied", "metonym"})
SINGLE, TWICE = 15, 5  # mentions there are to be wrong about
FEW_TRIGGERS = (25, 10)  # one phrase of a topic, two
BORDER, BORDER_WIDTH = 20, 0.08  # at most, where the salience is this near to the one of a main subject
MAIN_SALIENCE = 0.5
BORDER_FROM, BORDER_TO = MAIN_SALIENCE - BORDER_WIDTH, MAIN_SALIENCE + BORDER_WIDTH
IN_FILE = 20  # that the file's own tags name it as well takes off
SURE, MOST = 0, 100

WEIGHT = {Role.MAIN.value: 3.0, Role.MENTIONED.value: 1.0}
# What is said of a person weighs more, what an article has as its topic least.
KIND_WEIGHT = {
    Kind.ACTOR.value: 1.25, Kind.COUNTRY.value: 1.0, Kind.ORGANISATION.value: 1.0, Kind.TOPIC.value: 0.75,
}  # fmt: skip
# Doubt times weight is 375 at most; times this it leaves room for salience and fits into two bytes.
SPREAD = 80


class Seen(NamedTuple):
    """What is known of a finding.

    ``rules`` has the rule of each mention.  ``is_in_file`` says that the file's own tags name the entry,
    ``is_ambiguous`` that its name means other things too.
    """

    kind: str
    role: str
    salience: float
    rules: Sequence[str]
    is_in_file: bool
    is_ambiguous: bool


class Reason(NamedTuple):
    """One ground for doubt: its points, below 0 if it speaks for the finding, and in words."""

    points: int
    words: str

    @property
    def signed(self) -> str:
        """Return the points as people add them up: +45, −20."""
        return f"{self.points:+}".replace("-", "−")


def doubt_of(seen: Seen) -> int:
    """Return 0 (certain) to 100 (most doubtful)."""
    points = sum(reason.points for reason in reasons_of(seen))
    return min(max(points, SURE), MOST)


def reasons_of(seen: Seen) -> list[Reason]:
    """Return what speaks for and against a finding, the ground first."""
    rules = seen.rules
    near = _nearness(seen.salience, has_sum=bool(rules))
    border = [Reason(near, "near the border between main subject and mentioned")] if near else []
    return [*_reasons(seen.kind, ground_of(rules), len(rules), seen.is_in_file, seen.is_ambiguous), *border]


def turn_of(seen: Seen) -> tuple[int, int]:
    """Return the number of the finding's ground, and its rank: the higher, the sooner a person should look.

    The rank is 0 to 32,767: doubt times weight; among equals the more central finding comes first.
    """
    return turn(*seen)


def turn(
    kind: str, role: str, salience: float, rules: Sequence[str], is_in_file: bool, is_ambiguous: bool
) -> tuple[int, int]:
    """Return what `turn_of` does; without a `Seen` it takes half the time, and an article has sixteen."""
    ground = "name" if "name" in rules else ground_of(rules)
    count = len(rules)
    number, points, weight = _turn(kind, role, ground, count if count < 4 else 4, is_in_file, is_ambiguous)
    if count and BORDER_FROM < salience < BORDER_TO:
        points += _nearness(salience, has_sum=True)
    doubt = SURE if points < SURE else min(points, MOST)
    return number, int((doubt * weight + salience) * SPREAD)


def ground_of(rules: Sequence[str]) -> str:
    """Return the rule that says most among those of a finding's mentions."""
    if not rules:
        return FILE
    if "name" in rules:
        return "name"
    return min(rules, key=_place)


def ground_number(kind: str, rule: str) -> int:
    """Return the number under which the database keeps a kind and the best rule of a finding."""
    return KINDS.index(Kind(kind)) * KIND_STEP + _place(rule)


def grounds(kind: str = "", rule: str = "") -> list[int]:
    """Return the numbers of all grounds, or those of a kind, of a rule or of both."""
    return [
        ground_number(one, other)
        for one in KINDS
        for other in RULES
        if kind in {"", one} and rule in {"", other}
    ]


def _place(rule: str) -> int:
    return RULES.index(rule) if rule in RULES else KIND_STEP - 1


@lru_cache(maxsize=4096)
def _turn(
    kind: str, role: str, ground: str, count: int, is_in_file: bool, is_ambiguous: bool
) -> tuple[int, int, float]:
    """Return the number of a ground, the points but for those of salience, and the weight."""
    points = sum(one.points for one in _reasons(kind, ground, count, is_in_file, is_ambiguous))
    return ground_number(kind, ground), points, WEIGHT[role] * KIND_WEIGHT[kind]


def _reasons(kind: str, ground: str, count: int, is_in_file: bool, is_ambiguous: bool) -> tuple[Reason, ...]:
    reasons = [Reason(_ground_points(kind, ground), GROUND_WORDS.get(ground, f"found by the rule {ground}"))]
    if ground == "trigger":
        if count <= len(FEW_TRIGGERS):
            words = "a single phrase of the topic" if count == 1 else "only two phrases of the topic"
            reasons.append(Reason(FEW_TRIGGERS[count - 1], words))
    elif count in {1, 2}:
        reasons.append(Reason(*((SINGLE, "named once") if count == 1 else (TWICE, "named twice"))))
    if is_ambiguous and ground not in WITHOUT_NAME:
        reasons.append(Reason(AMBIGUOUS[count > 2], "its name means other things too"))
    if is_in_file and ground != FILE:
        reasons.append(Reason(-IN_FILE, "the file's own tags name it as well"))
    return tuple(reasons)


def _ground_points(kind: str, ground: str) -> int:
    points = POINTS.get(ground, UNKNOWN_RULE)
    if kind == Kind.ORGANISATION and ground in {"capital", "place", "metonym"}:
        return points + BODY_POINTS
    return points


def _nearness(salience: float, *, has_sum: bool) -> int:
    """Return the points for a salience near the one at which a finding becomes a main subject."""
    distance = abs(salience - MAIN_SALIENCE)
    return round(BORDER * (1 - distance / BORDER_WIDTH)) if has_sum and distance < BORDER_WIDTH else 0


# A ground in words, as it stands on a card of the queue.
GROUND_WORDS = {
    "name": "named in full",
    "office": "named by office only",
    "demonym": "at best by a word for its people or language",
    "place": "at best a place in it is named",
    "capital": "at best its capital is named",
    "implied": "follows from another tag of the article",
    "former": "by a former name only",
    "metonym": "at best by a word that stands for it, its seat for instance",
    "surname": "by surname only",
    "trigger": "by phrases of the topic",
    "file": "only the file's own tags name it; no word of the text does",
}
