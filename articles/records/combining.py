"""What becomes of two taggings of one article once their tags are one.

One table says whose word counts.  Whatever it says, the words of both are kept and the larger salience.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from articles.models import Tagging

Status = Tagging.Status


class Choice(StrEnum):
    """Which of two decisions of editors stands where they contradict each other."""

    NEWER = "newer"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"


class Word(StrEnum):
    """Whose word counts."""

    MERGED = "merged"  # that of the tag which goes
    SURVIVOR = "survivor"  # that of the tag which stays
    BOTH = "both"  # they agree: main beats mentioned, the later of two decisions is who and when
    CHOICE = "choice"  # editors contradict each other: whoever merges chooses


# By the status under the tag that goes, and under the one that stays.  A decision beats a suggestion, also
# a rejection: who said that the article is not about the one said it of the other, for they are the same.
WHOSE_WORD: dict[tuple[str, str], Word] = {
    (Status.SUGGESTED, Status.SUGGESTED): Word.BOTH,
    (Status.SUGGESTED, Status.CONFIRMED): Word.SURVIVOR,
    (Status.SUGGESTED, Status.REJECTED): Word.SURVIVOR,
    (Status.CONFIRMED, Status.SUGGESTED): Word.MERGED,
    (Status.REJECTED, Status.SUGGESTED): Word.MERGED,
    (Status.CONFIRMED, Status.CONFIRMED): Word.BOTH,
    (Status.REJECTED, Status.REJECTED): Word.BOTH,
    (Status.CONFIRMED, Status.REJECTED): Word.CHOICE,
    (Status.REJECTED, Status.CONFIRMED): Word.CHOICE,
}
# Columns of the tagging that stays which are decided anew, whether or not they change.
COLUMNS = ("role", "salience", "mentions", "origin", "status", "decided_by", "decided_at")
ORIGINS = (Tagging.Origin.AUTOMATIC, Tagging.Origin.FRONT_MATTER, Tagging.Origin.EDITOR)  # the weaker first
PARTS = ("title", "standfirst", "body")


def contradict(merged: Tagging, survivor: Tagging) -> bool:
    """Return whether editors contradicted each other about the two."""
    return WHOSE_WORD[merged.status, survivor.status] is Word.CHOICE


def unite(merged: Tagging, survivor: Tagging, choice: Choice) -> None:
    """Set the columns of the survivor's tagging to what both are together."""
    survivor.mentions = united_mentions([*merged.mentions, *survivor.mentions])
    survivor.salience = max(merged.salience, survivor.salience)
    word = WHOSE_WORD[merged.status, survivor.status]
    if word is Word.CHOICE:
        word = Word.MERGED if _stands(merged, survivor, choice) else Word.SURVIVOR
    if word is Word.MERGED:
        survivor.role, survivor.origin, survivor.status = merged.role, merged.origin, merged.status
        survivor.decided_by_id, survivor.decided_at = merged.decided_by_id, merged.decided_at
    elif word is Word.BOTH:
        if Tagging.Role.MAIN in {merged.role, survivor.role}:
            survivor.role = Tagging.Role.MAIN
        survivor.origin = max(merged.origin, survivor.origin, key=_strength)
        if _is_newer(merged, survivor):
            survivor.decided_by_id, survivor.decided_at = merged.decided_by_id, merged.decided_at


def _stands(merged: Tagging, survivor: Tagging, choice: Choice) -> bool:
    if choice is Choice.NEWER:
        return _is_newer(merged, survivor)
    return merged.status == choice.value


def _is_newer(merged: Tagging, survivor: Tagging) -> bool:
    """Return whether the merged one was decided later; what was never decided is older than all."""
    if merged.decided_at is None:
        return False
    return survivor.decided_at is None or merged.decided_at > survivor.decided_at


def _strength(origin: str) -> int:
    return ORIGINS.index(Tagging.Origin(origin))


def united_mentions(mentions: Iterable[list[object]]) -> list[list[object]]:
    """Return mentions in the order of the text, each place once: of two that overlap, the longer."""
    places = sorted(
        mentions, key=lambda one: (PARTS.index(str(one[0])), int(str(one[1])), -int(str(one[2])), str(one[3]))
    )
    kept: list[list[object]] = []
    for part, start, end, rule in places:
        if kept and kept[-1][0] == part and int(str(start)) < int(str(kept[-1][2])):
            if int(str(end)) - int(str(start)) <= int(str(kept[-1][2])) - int(str(kept[-1][1])):
                continue
            kept.pop()
        kept.append([part, start, end, rule])
    return kept
