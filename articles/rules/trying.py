"""Finds out what a change of a tag's rule would do to the archive, before it is saved.

The articles that it can reach (`candidates`) are tagged in guarded workers by the rule as it would be, and
compared with what is stored as a re-tag does it: so what is predicted is what comes of saving.  No other
article is tagged, for none can change.
"""

from __future__ import annotations

import json
import random
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import batched

from django.db import transaction
from django.utils import timezone

from articles.importing.bulk import insert_rows
from articles.importing.crew import Crew
from articles.importing.taggings import (
    Identity,
    Rules,
    Step,
    change_taggings,
    text_of,
    texts_of,
    wanted_taggings,
)
from articles.models import Article, RuleTrial, Tagging, TrialMove
from articles.records.forwarding import names_in_files
from articles.rules.lab import AGAINST, Change, Move, State, TrialError, read_change
from articles.rules.retagging import Scope
from articles.search.outbox import database_standing

MOST_MOVES = 300_000  # kept of one trial; more are counted
MENTIONS_KEPT = 5  # of one move: the sentences shown are fewer
FAILURES_KEPT = 100
FEW_ARTICLES = 200  # one process tags them while a second one starts
SAMPLE = 12  # articles shown of each kind of move
SAMPLE_SEED = 7
PULSE_SECONDS = 1.0
BATCH = 500

MOVE_COLUMNS = ("trial", "article", "tag", "kind", "mentions", "is_due", "is_sampled")
JUDGED = (Tagging.Status.CONFIRMED, Tagging.Status.REJECTED)


class TooMuchError(Exception):
    """More articles than can be tagged while somebody waits: a background task has time for them."""


class _StoppedError(Exception):
    """Somebody asked the trial to stop."""


@dataclass(frozen=True, slots=True)
class Budget:
    """What a trial may cost while somebody waits for it: seconds of looking, articles to be tagged."""

    seconds: float = 4.0
    articles: int = 1_500


@dataclass(slots=True)
class _Findings:
    """What a trial found: moves to be kept, counts, and what has to be asked of the old rule as well."""

    moves: list[TrialMove] = field(default_factory=list)
    counts: dict[int, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    changed_count: int = 0
    failures: list[list[int | str]] = field(default_factory=list)
    # Of articles that wait for a re-tag: tag and move of each step, not its words.
    stale: dict[int, frozenset[tuple[int, Move | None]]] = field(default_factory=dict)
    suspects: dict[int, list[tuple[Identity, TrialMove]]] = field(default_factory=lambda: defaultdict(list))


def compute(
    trial: RuleTrial,
    *,
    budget: Budget | None = None,
    workers: int = 0,
    should_stop: Callable[[], bool] = lambda: False,
) -> bool:
    """Find out what a trial's change would do, and keep it; return False if it was asked to stop.

    Raise TooMuchError, with nothing kept, where that costs more than ``budget``.  What goes wrong with the
    change itself is kept as the trial's note.
    """
    started = time.monotonic()
    trial.moves.all().delete()
    pulse = _Pulse(trial, budget, should_stop)
    try:
        pulse.enter(State.LOOKING)
        change = read_change(trial)
        trial.release, trial.revision = change.release, database_standing().revision
        ids = change.reach.find(pulse.found)
        pulse.check(len(ids))
        trial.article_ids, trial.found_count = sorted(ids), len(ids)
        pulse.enter(State.TAGGING)
        findings = _Findings()
        _tag_by_new_rule(trial, change, findings, pulse, workers)
        _ask_old_rule(change, findings, workers)
    except TrialError as error:
        trial.state, trial.note = State.FAILED, str(error)
        trial.save()
        return True
    except _StoppedError:
        RuleTrial.objects.filter(pk=trial.pk).update(state=State.WAITING)
        return False
    _keep(trial, findings, time.monotonic() - started)
    return True


class _Pulse:
    """Says now and then how far a trial is, and stops it when it may not go on."""

    def __init__(self, trial: RuleTrial, budget: Budget | None, should_stop: Callable[[], bool]) -> None:
        self.trial = trial
        self.budget = budget
        self.should_stop = should_stop
        self.deadline = time.monotonic() + budget.seconds if budget else 0.0
        self.said_at = 0.0

    def enter(self, state: State) -> None:
        """Note what is being done."""
        self.trial.state, self.trial.seen_at = state, timezone.now()
        self.trial.save()

    def check(self, count: int) -> None:
        """Raise TooMuchError if the budget does not reach for so many articles."""
        if self.budget and (count > self.budget.articles or time.monotonic() > self.deadline):
            raise TooMuchError

    def found(self, count: int) -> None:
        """Note how many articles were found so far."""
        self.check(count)
        self._say(found_count=count)

    def tagged(self, count: int) -> None:
        """Note how many articles were tagged so far."""
        self._say(tagged_count=count)

    def _say(self, **counts: int) -> None:
        if self.should_stop():
            raise _StoppedError
        if time.monotonic() - self.said_at > PULSE_SECONDS:
            self.said_at = time.monotonic()
            RuleTrial.objects.filter(pk=self.trial.pk).update(seen_at=timezone.now(), **counts)


def _tag_by_new_rule(
    trial: RuleTrial, change: Change, findings: _Findings, pulse: _Pulse, workers: int
) -> None:
    """Compare what the new rule says of the articles found with what is stored."""
    if not trial.article_ids:
        return
    with Crew(change.after, workers=_workers_for(trial.found_count, workers)) as crew:
        rules = Rules(change.release, crew.tag, names_in_files(change.after))
        count = 0
        for chunk in _chunks(crew, trial.article_ids):
            sound = [article for article in chunk if _is_sound(article, rules, findings)]
            trail = change_taggings([(one, texts_of(one)) for one in sound], rules).trail
            for article in sound:
                if article.pk in trail:
                    _note_steps(trial, article, trail[article.pk], change.releases, findings)
            _suspect(trial, sound, rules, findings)
            count += len(chunk)
            pulse.tagged(count)


def _workers_for(count: int, workers: int) -> int:
    """Return how many processes are worth their start of half a second; 0 is one for each core."""
    return workers or (1 if count < FEW_ARTICLES else 0)


def _chunks(crew: Crew, ids: Collection[int]) -> Iterator[list[Article]]:
    chunks = Scope(article_ids=ids).chunks("")
    return crew.ahead(chunks, lambda chunk: [text_of(article) for article in chunk])


def _is_sound(article: Article, rules: Rules, findings: _Findings) -> bool:
    """Return whether the tagger can read the article; as in a re-tag, one that harms it keeps its tags."""
    try:
        rules.tag(text_of(article))
    except Exception as error:  # even a mistake of ours costs one article
        findings.failures.append([article.pk, article.title, str(error)])
        return False
    return True


def _note_steps(
    trial: RuleTrial, article: Article, steps: Sequence[Step], releases: set[str], findings: _Findings
) -> None:
    findings.changed_count += 1
    if article.gazetteer_release not in releases:
        findings.stale[article.pk] = _moves_of(steps)
    for tag_id, before, after in steps:
        kind = _kind_of(before, after)
        findings.counts[tag_id][kind or "shifted"] += 1
        if kind and len(findings.moves) < MOST_MOVES:
            mentions = (after or before or {}).get("mentions")
            findings.moves.append(_move(trial, article.pk, tag_id, kind, mentions))


def _moves_of(steps: Iterable[Step]) -> frozenset[tuple[int, Move | None]]:
    return frozenset((tag_id, _kind_of(before, after)) for tag_id, before, after in steps)


def _kind_of(before: object, after: Mapping[str, object] | None) -> Move | None:
    """Return what became of a tagging; None if only its words, its weight or its origin changed."""
    if before is None:
        return Move.GAINED
    if after is None:
        return Move.LOST
    return Move(str(after["role"])) if "role" in after else None


def _move(trial: RuleTrial, article_id: int, tag_id: int, kind: Move, mentions: object) -> TrialMove:
    kept = mentions[:MENTIONS_KEPT] if isinstance(mentions, list) else []
    return TrialMove(trial=trial, article_id=article_id, tag_id=tag_id, kind=kind, mentions=kept)


def _suspect(trial: RuleTrial, articles: Sequence[Article], rules: Rules, findings: _Findings) -> None:
    """Note where the new rule disagrees with what an editor decided; the old one may have done so as well."""
    decided: dict[int, list[Tagging]] = defaultdict(list)
    rows = Tagging.objects.filter(status__in=JUDGED, article__in=[article.pk for article in articles])
    for row in rows.select_related("tag"):
        decided[row.article_id].append(row)
    for article in articles:
        if article.pk not in decided:
            continue
        wanted = wanted_taggings(article.keywords, rules.tag(text_of(article)), rules)
        for row in decided[article.pk]:
            identity = (row.tag.kind, row.tag.slug)
            is_rejected = row.status == Tagging.Status.REJECTED
            if row.tag.is_retired or is_rejected != (identity in wanted):
                continue
            kind = Move.UNREJECTED if is_rejected else Move.UNCONFIRMED
            mentions = wanted[identity].values()["mentions"] if is_rejected else row.mentions
            findings.suspects[article.pk].append(
                (identity, _move(trial, article.pk, row.tag_id, kind, mentions))
            )


def _ask_old_rule(change: Change, findings: _Findings, workers: int) -> None:
    """Tell apart what the change does from what is so already: of decisions, and of articles that wait."""
    ids = {*findings.stale, *findings.suspects}
    due: set[tuple[int, int]] = set()
    if ids:
        with Crew(change.before, workers=_workers_for(len(ids), workers)) as crew:
            rules = Rules(change.release, crew.tag, names_in_files(change.before))
            for chunk in _chunks(crew, ids):
                sound = [article for article in chunk if _is_sound(article, rules, findings)]
                stale = [(one, texts_of(one)) for one in sound if one.pk in findings.stale]
                due |= _due(findings.stale, change_taggings(stale, rules).trail if stale else {})
                for article in sound:
                    _settle_suspects(article, rules, findings)
    for move in findings.moves:
        move.is_due = (move.article_id, move.tag_id) in due


def _due(
    stale: Mapping[int, Collection[tuple[int, Move | None]]], old: Mapping[int, Sequence[Step]]
) -> set[tuple[int, int]]:
    """Return article and tag of what the old rule would do just as well."""
    return {
        (article_id, tag_id)
        for article_id, steps in old.items()
        for tag_id, kind in _moves_of(steps)
        if (tag_id, kind) in stale[article_id]
    }


def _settle_suspects(article: Article, rules: Rules, findings: _Findings) -> None:
    suspects = findings.suspects.get(article.pk, ())
    if not suspects:
        return
    wanted = wanted_taggings(article.keywords, rules.tag(text_of(article)), rules)
    for identity, move in suspects:
        was_wanted = identity in wanted
        if was_wanted == (move.kind == Move.UNCONFIRMED):
            findings.moves.append(move)
            findings.counts[move.tag_id][move.kind] += 1


def _keep(trial: RuleTrial, findings: _Findings, seconds: float) -> None:
    """Write what was found, all at once."""
    _sample(trial, findings.moves)
    against = sum(counts[kind] for counts in findings.counts.values() for kind in AGAINST)
    trial.result = {
        "tags": {str(tag_id): dict(counts) for tag_id, counts in findings.counts.items()},
        "changed": findings.changed_count,
        "due": sum(move.is_due for move in findings.moves),
        "against": against,
        "failures": findings.failures[:FAILURES_KEPT],
        "failed": len(findings.failures),
        "seconds": round(seconds, 1),
    }
    trial.state, trial.seen_at, trial.tagged_count = State.DONE, timezone.now(), trial.found_count
    with transaction.atomic():
        insert_rows(TrialMove, MOVE_COLUMNS, map(_row, findings.moves))
        trial.save()


def _row(move: TrialMove) -> tuple[str | int, ...]:
    mentions = json.dumps(move.mentions)
    return (
        move.trial_id, move.article_id, move.tag_id, move.kind, mentions, move.is_due, move.is_sampled,
    )  # fmt: skip


def _sample(trial: RuleTrial, moves: Iterable[TrialMove]) -> None:
    """Mark some moves of the tag itself: of each kind as evenly by outlet and year as can be."""
    by_kind: dict[str, dict[int, TrialMove]] = defaultdict(dict)
    for move in moves:
        if move.kind in AGAINST or move.tag_id == trial.tag_id:
            by_kind[move.kind][move.article_id] = move
    for rows in by_kind.values():
        strata: dict[tuple[object, ...], list[int]] = defaultdict(list)
        for ids in batched(sorted(rows), BATCH):
            found = Article.objects.filter(pk__in=ids).values_list("pk", "outlet_id", "sort_on")
            for pk, outlet_id, sort_on in found:
                strata[outlet_id or 0, sort_on.year].append(pk)
        for pk in drawn(strata, SAMPLE):
            rows[pk].is_sampled = True


def drawn(strata: Mapping[tuple[object, ...], Iterable[int]], count: int) -> list[int]:
    """Return so many of the articles, one of each stratum before a second of any; always the same ones."""
    dice = random.Random(SAMPLE_SEED)  # noqa: S311 - no secret: the same sample for the same change
    piles = [sorted(strata[key]) for key in sorted(strata, key=repr)]
    for pile in piles:
        dice.shuffle(pile)
    dice.shuffle(piles)
    chosen: list[int] = []
    while piles and len(chosen) < count:
        chosen += [pile.pop() for pile in piles[: count - len(chosen)]]
        piles = [pile for pile in piles if pile]
    return chosen
