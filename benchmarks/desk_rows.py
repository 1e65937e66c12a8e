"""What imports and editors leave at a desk in years, as SQL: a row for every so many articles.

Runs with issues, decisions of editors, acts of 40,000 rows, suggested persons, samples, trials, uploads.
"""

from __future__ import annotations

import json
import sqlite3

from benchmarks import archive
from benchmarks.archive import Table

ACT_ROWS = 40_000  # of a large act: a re-tag after a change of the gazetteer
LARGE_ACTS = 10
DECISIONS = 100_000  # acts with one row each, 50 to a sitting
# The whole numbers from 1 to {}, a row each.
NUMBERS = (
    "(WITH RECURSIVE n(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n WHERE id < {}) SELECT id FROM n) AS n"
)
LEVELS = {"warning": ("no-date", 10), "error": ("bad-date", 50), "skipped": ("no-article", 200)}


class Furnisher:
    """Inserts rows made of other rows: each column is an SQL expression, others get Django's defaults."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self.database = database

    def insert(self, model: str, source: str, /, **columns: str) -> None:
        """Insert a row for each row of the source, a piece of SQL after FROM."""
        head, _, values = Table(self.database, model, list(columns)).statement.partition(" VALUES ")
        literals = values.removeprefix("(" + ", ".join("?" * len(columns))).rstrip(")")
        self.database.execute(f"{head} SELECT {', '.join(columns.values())}{literals} FROM {source}")

    def one(self, question: str) -> int:
        """Return the answer to a question for a number."""
        return int(self.database.execute(question).fetchone()[0] or 0)


def _tags(rows: Furnisher, count: int) -> None:
    """More tags, some decided by editors; the others get their places in the review queue."""
    kinds = (
        ("'editor'", "'confirmed'", "a.created_at"),
        ("'automatic'", "'rejected'", "a.created_at"),
        ("'front_matter'", "'confirmed'", "NULL"),
    )
    rows.database.execute("CREATE TEMP TABLE place (number INTEGER PRIMARY KEY, tag INTEGER)")
    rows.database.execute(
        "INSERT INTO temp.place SELECT row_number() OVER (ORDER BY id) - 1, id FROM articles_tag"
    )
    tags = rows.one("SELECT count(*) FROM temp.place")
    with archive._without_indexes(rows.database, ("articles_tagging",)):
        for number, (what, status, decided) in enumerate(kinds):
            source = (
                "articles_article AS a "
                f"JOIN temp.place AS p ON p.number = (a.id * 31 + {number} * 977) % {tags} "
                "WHERE NOT EXISTS "
                "(SELECT 1 FROM articles_tagging t WHERE t.article_id = a.id AND t.tag_id = p.tag)"
            )
            rows.insert(
                "Tagging",
                source,
                article_id="a.id",
                tag_id="p.tag",
                role="'mentioned'",
                salience="0.2",
                origin=what,
                status=status,
                decided_at=decided,
            )


def _runs(rows: Furnisher, count: int) -> None:
    """One large import and a year of small ones, with files and issues."""
    issues = {level: {kind: count // every} for level, (kind, every) in LEVELS.items()}
    large = {"paths": "'[\"/archive\"]'", "state": "'finished'", "started_by_name": "'alice'"}
    rows.insert(
        "ImportRun",
        NUMBERS.format(1),
        created_count=str(count),
        failed_count=str(count // 50),
        issue_counts=f"'{json.dumps(issues)}'",
        **large,
    )
    run = rows.one("SELECT max(id) FROM articles_importrun")
    rows.insert(
        "ImportRun",
        NUMBERS.format(400),
        created_count="n.id % 50",
        failed_count="n.id % 3",
        issue_counts="'{\"error\": {\"no-title\": ' || (n.id % 3) || '}}'",
        **large,
    )
    rows.insert(
        "ArticleSource",
        "articles_article",
        article_id="id",
        path="'/archive/clippings/' || id || '.md'",
        name="'clippings/' || id || '.md'",
        sha256="content_hash",
        reader_version="'1'",
        run_id=str(run),
        is_undone="0",
    )
    for level, (kind, every) in LEVELS.items():
        rows.insert(
            "ImportIssue",
            f"articles_article WHERE id % {every} = 0",
            run_id=str(run),
            level=f"'{level}'",
            kind=f"'{kind}'",
            path="'clippings/' || id || '.md'",
            line="3",
            message="'no date'",
            file="'/archive/clippings/' || id || '.md'",
            name="'clippings/' || id || '.md'",
            file_key="content_hash",
        )
    rows.insert(
        "ImportIssue",
        f"articles_importrun AS r, {NUMBERS.format(2)} WHERE n.id <= r.failed_count AND r.id > {run}",
        run_id="r.id",
        level="'error'",
        kind="'no-title'",
        path="'clippings/x.md'",
        line="1",
        message="'it has no title'",
        file="'/archive/clippings/x.md'",
        name="'x.md'",
        file_key="'x' || r.id",
    )
    rows.insert(
        "CorrectedFile",
        NUMBERS.format(500),
        run_id=str(run),
        place="'folder'",
        name="n.id || '.md'",
        file="'/archive/' || n.id || '.md'",
        file_key="n.id",
        former_sha256="n.id",
        sha256="n.id",
    )
    rows.insert("FormerBytes", NUMBERS.format(500), sha256="n.id", content="x'2d'")


def _acts(rows: Furnisher, count: int) -> None:
    """The import as one act, large acts of programs, edits, and sittings at the review queue."""
    run = rows.one("SELECT min(id) FROM articles_importrun")
    rows.insert(
        "ChangeSet",
        NUMBERS.format(1),
        act="'import'",
        made_by_name="'alice'",
        run_id=str(run),
        change_count=str(count),
    )
    made = rows.one("SELECT max(id) FROM articles_changeset")
    rows.insert(
        "Change",
        "articles_article",
        change_set_id=str(made),
        table="'article'",
        row_id="id",
        label="title",
        before="NULL",
        after='\'{"status": "public"}\'',
    )
    per_act = min(ACT_ROWS, count)
    for _ in range(LARGE_ACTS):
        rows.insert(
            "ChangeSet", NUMBERS.format(1), act="'retag'", made_by_name="'program'", change_count=str(per_act)
        )
        act = rows.one("SELECT max(id) FROM articles_changeset")
        rows.insert(
            "Change",
            f"articles_tagging WHERE id <= {per_act}",
            change_set_id=str(act),
            table="'tagging'",
            row_id="id",
            label="'A tag: an article'",
            before="'{\"salience\": 0.1}'",
            after="'{\"salience\": 0.2}'",
        )
    _single_acts(rows, "edit", "articles_article WHERE id % 10 = 0", table="'article'", row="id")
    heads = min(DECISIONS, count) // 50
    _single_acts(rows, "review", f"articles_tagging WHERE id <= {heads}", table="'tagging'", row="id")
    before = rows.one("SELECT max(id) FROM articles_changeset")
    rows.insert(
        "ChangeSet",
        f"articles_changeset AS head, {NUMBERS.format(49)} WHERE head.act = 'review'",
        act="'review'",
        made_by_name="'alice'",
        sitting_id="head.id",
        change_count="1",
    )
    rows.insert(
        "Change",
        f"articles_changeset WHERE id > {before}",
        change_set_id="id",
        table="'tagging'",
        row_id="id % 1000 + 1",
        label="'A tag: an article'",
        before='\'{"status": "suggested"}\'',
        after='\'{"status": "confirmed"}\'',
    )


def _single_acts(rows: Furnisher, act: str, source: str, *, table: str, row: str) -> None:
    before = rows.one("SELECT max(id) FROM articles_changeset")
    rows.insert("ChangeSet", source, act=f"'{act}'", made_by_name="'alice'", change_count="1")
    rows.insert(
        "Change",
        f"articles_changeset WHERE id > {before}",
        change_set_id="id",
        table=table,
        row_id=f"id - {before}",
        label="'A row'",
        before='\'{"title": "Old"}\'',
        after='\'{"title": "New"}\'',
    )


def _persons(rows: Furnisher, count: int) -> None:
    """A suggested actor for every twentieth article, each named by three."""
    suggested = count // 20
    rows.insert(
        "ActorSuggestion",
        NUMBERS.format(max(suggested, 1)),
        name="'Ada Person ' || n.id",
        folded_name="'ada person ' || n.id",
        office="'minister'",
        owner="'fr'",
        skeleton="'d prsn ' || n.id",
        article_count="n.id % 40",
        last_seen_at="'2026-01-01'",
        status="CASE n.id % 9 WHEN 0 THEN 'dismissed' ELSE 'open' END",
    )
    rows.insert(
        "SuggestionMention",
        f"articles_actorsuggestion AS s, {NUMBERS.format(3)}",
        suggestion_id="s.id",
        article_id=f"(s.id * 7 + n.id) % {count} + 1",
        name="s.name",
        office="s.office",
        owner="s.owner",
        mentions='\'[["body", 3, 9, "name"]]\'',
    )


def _texts(rows: Furnisher, count: int) -> None:
    """Corrections, keywords, likenesses and rendered texts."""
    rows.insert(
        "Correction",
        "articles_article WHERE id % 100 = 0",
        article_id="id",
        field="'title'",
        file_value="'\"Another title\"'",
        is_open="id % 200 = 0",
    )
    rows.insert(
        "UnmatchedKeyword",
        NUMBERS.format(5_000),
        text="'Keyword ' || n.id",
        use_count="n.id % 300",
        folded="'keyword ' || n.id",
    )
    rows.insert(
        "KeywordUse", "articles_article WHERE id % 2 = 0", keyword_id="id % 5000 + 1", article_id="id"
    )
    rows.insert(
        "NearDuplicate",
        f"articles_article WHERE id % 20 = 0 AND id < {count}",
        first_id="id",
        second_id="id + 1",
        share="90",
    )
    rows.insert("Sketch", "articles_article", article_id="id", numbers="x'00000000'")
    rows.insert(
        "RenderedArticle",
        "articles_article WHERE id % 10 = 0",
        article_id="id",
        key="'k'",
        html="'<p>Text</p>'",
    )
    rows.insert("OutboxRow", "articles_article WHERE id <= 1000", revision="id + 1000000000", article_id="id")


def _names(rows: Furnisher, count: int) -> None:
    """Former names and merges that were proposed."""
    rows.insert(
        "FormerName",
        "articles_tag WHERE id % 2 = 0",
        kind="kind",
        part="'name'",
        text="'Former ' || name || ' ' || id",
        tag_id="id",
    )
    rows.insert(
        "ProposedMerge",
        "articles_author WHERE id % 2 = 0",
        kind="'author'",
        first="id",
        second="id + 1",
        names="name",
        likeness="0.5 + id % 50 / 100.0",
    )


def _quality(rows: Furnisher, count: int) -> None:
    """A year of daily samples of twenty tags, and trials of rules."""
    rows.insert(
        "AuditSample",
        NUMBERS.format(365),
        drawn_on="date('2025-01-01', '+' || n.id || ' days')",
        scope="'all'",
        stratum="'all'",
    )
    chosen = "(SELECT t.id, t.article_id, t.tag_id, t.role, g.kind, g.name FROM articles_tagging t JOIN articles_tag g ON g.id = t.tag_id LIMIT 7300)"  # noqa: E501
    rows.database.execute(
        f"CREATE TEMP TABLE drawn AS SELECT row_number() OVER () - 1 AS number, * FROM {chosen}"
    )
    rows.insert(
        "AuditItem",
        "temp.drawn AS d",
        sample_id="d.number / 20 + (SELECT min(id) FROM articles_auditsample)",
        position="d.number % 20 + 1",
        tagging_id="d.id",
        article_id="d.article_id",
        tag_id="d.tag_id",
        kind="d.kind",
        tag_name="d.name",
        title="'An article'",
        role="d.role",
        rule="'name'",
        verdict="CASE d.number % 12 WHEN 0 THEN 'wrong' ELSE 'right' END",
        role_verdict="CASE d.number % 12 WHEN 0 THEN '' ELSE 'right' END",
        answered_by_name="'alice'",
    )
    rows.insert(
        "RuleTrial", "(SELECT id FROM articles_tag ORDER BY id LIMIT 20) AS g", tag_id="g.id", state="'done'"
    )
    moved = min(2_000, count)
    rows.insert(
        "TrialMove",
        f"articles_ruletrial AS t, articles_article AS a WHERE a.id <= {moved}",
        trial_id="t.id",
        article_id="a.id",
        tag_id="t.tag_id",
        kind="CASE a.id % 2 WHEN 0 THEN 'gain' ELSE 'loss' END",
    )


def _uploads(rows: Furnisher, count: int) -> None:
    """Uploads of a hundred files each, and one of two thousand."""
    rows.insert("Upload", NUMBERS.format(300), sent_by_name="'alice'", state="'imported'", file_count="100")
    last = rows.one("SELECT max(id) FROM articles_upload")
    rows.insert(
        "UploadedFile",
        f"articles_upload AS u, {NUMBERS.format(2_000)} WHERE n.id <= 100 OR u.id = {last}",
        upload_id="u.id",
        position="n.id",
        name="n.id || '.md'",
        path="'upload:' || u.id || '/' || n.id || '.md'",
        content="x'2d2d2d'",
        size="3",
        outcome="'created'",
    )
    rows.database.execute(
        "INSERT INTO django_tasks_database_dbtaskresult "
        "(id, status, enqueued_at, args_kwargs, priority, task_path, queue_name, backend_name, run_after, "
        "return_value, exception_class_path, traceback, worker_ids) "
        "SELECT printf('%032x', n.id), 'SUCCESSFUL', datetime('2026-01-01', '+' || n.id || ' minutes'), "
        "'{\"args\": [1], \"kwargs\": {}}', 0, 'articles.tasks.tag_actor', 'default', 'default', "
        f"datetime('2026-01-01'), 'null', '', '', '[]' FROM {NUMBERS.format(5_000)}"
    )


STEPS = (_tags, _runs, _acts, _persons, _texts, _names, _quality, _uploads)
