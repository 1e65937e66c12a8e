"""`manage.py import_articles`: what it prints, where, and how it exits."""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import json
import re
from collections.abc import Iterator

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, ProgrammingError, connection, connections

from articles import gazetteer
from articles.commands import manage
from articles.importing.identity import Outcome
from articles.importing.lock import LOCK_KEY, ImportBusyError, _file_lock, import_lock
from articles.importing.report import Problem, Report
from articles.importing.sources import MAX_BYTES
from articles.importing.troubles import Trouble
from articles.importing.undo import undo
from articles.management.reports import describe
from articles.models import Article, ArticleSource, ImportIssue, ImportRun
from tests.importing.test_run import GAZETTEER, write

pytestmark = pytest.mark.django_db


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def loaded(db) -> None:
    gazetteer.load(GAZETTEER, release="r1")


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "clippings"
    write(folder, "a.md")
    write(folder, "b.md")
    return folder


def run(*arguments: object, stderr: io.StringIO | None = None) -> tuple[str, str, int]:
    """Return what the command prints on standard output and standard error, and its exit code."""
    stdout, stderr, code = io.StringIO(), stderr or io.StringIO(), 0
    try:
        call_command("import_articles", *map(str, arguments), stdout=stdout, stderr=stderr)
    except SystemExit as stop:
        code = stop.code
    return stdout.getvalue(), stderr.getvalue(), code


def test_the_report_says_what_happened_in_numbers(folder):
    stdout, stderr, code = run(folder)

    assert re.fullmatch(
        r"Read 2 files in \d\.\d s:\n\n"
        r" +2  created\n +0  updated\n +0  unchanged\n +0  skipped\n +0  failed\n\n"
        r"Run \d+ by \w+, gazetteer release \w{12}; undo it: "
        + re.escape(manage("undo_import"))
        + r" \d+\.\n",
        stdout,
    )
    assert (stderr, code) == ("", 0)


def test_the_report_says_which_of_the_articles_nobody_sees(folder):
    draft = folder / "draft.md"
    draft.write_text("---\ntitle: Not yet\ndraft: true\n---\nText.\n")
    sentence = f"\nNot shown to readers, for the file says that it is a draft: {draft}.\n"

    dry = run(folder, "--dry-run")[0]
    assert (" 3  created (1 a draft, not shown to readers)\n" in dry, sentence in dry) == (True, True)
    assert json.loads(run(folder, "--dry-run", "--json")[0])["drafts"] == [str(draft)]
    done = run(folder)[0]
    assert (" 3  created (1 a draft, not shown to readers)\n" in done, sentence in done) == (True, True)
    assert "draft" not in run(folder)[0]


def test_articles_that_are_not_in_english_are_told_by_language(folder):
    write(folder, "c.md", title="Rencontre à Genève\nlang: fr")
    write(folder, "d.md", title="Sommet à Paris\nlang: fr-FR", body="Rien de neuf.")
    write(folder, "e.md", title="لقاء في القاهرة", body="التقى وزير الخارجية نظيره في القاهرة يوم الخميس.")
    stdout, _, code = run(folder)

    assert stdout.partition("3 warnings:\n")[2] == (
        "  tags are found in English texts; this one is in French\n"
        f"    {folder}/c.md\n"
        f"    {folder}/d.md\n"
        f"  {folder}/e.md: tags are found in English texts; most letters of this one are not Latin\n"
    )
    assert (code, set(ImportIssue.objects.values_list("level", "kind"))) == (
        0,
        {(ImportIssue.Level.WARNING, Trouble.OTHER_LANGUAGE)},
    )


def test_the_report_counts_the_files_of_other_kinds_by_their_endings(folder):
    for name in ("a.docx", "deep/b.DOCX", "map.png", "Makefile", "notes. of the king"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).touch()

    stdout, _, code = run(folder)
    assert "\nNot read: 2 .docx, 2 without a usual ending and 1 .png.\n" in stdout
    assert json.loads(run(folder, "--json")[0])["not_read"] == {
        ".docx": 2,
        "without a usual ending": 2,
        ".png": 1,
    }
    assert code == 0


def test_the_report_says_what_pruning_keeps_because_a_run_was_undone(folder):
    run(folder)
    one, other = Article.objects.order_by("pk").values_list("pk", flat=True)
    (folder / "a.md").unlink()
    run(folder, "--prune")
    first = ImportRun.objects.latest("pk")
    undo(first)

    assert (
        f"1 article kept although its files are gone, for run {first.pk}, which changed or withdrew it, was "
        f"undone: article {one}. To withdraw it all the same, use *Withdraw from readers* at the desk."
    ) in run(folder, "--prune")[0].splitlines()
    assert json.loads(run(folder, "--prune", "--json", "--dry-run")[0])["kept"] == [
        {"article": one, "undone_run": first.pk}
    ]

    (folder / "b.md").unlink()
    write(folder, "c.md")
    run(folder, "--prune")
    last = ImportRun.objects.latest("pk")
    undo(last)

    assert (
        f"2 articles kept although their files are gone, for runs {first.pk} and {last.pk}, which changed or "
        f"withdrew them, were undone: articles {one} and {other}. To withdraw them all the same, use "
        "*Withdraw from readers* at the desk."
    ) in run(folder, "--prune")[0].splitlines()


def test_the_report_and_the_desk_say_the_same_time(folder):
    stdout, _, _ = run(folder)

    assert f"in {ImportRun.objects.get().seconds:.1f} s:" in stdout


def test_json_is_all_there_is_on_standard_output(folder):
    broken = folder / "broken.md"
    broken.write_text("---\ntitle: Talks\ndate: 2025-02-30\n---\nText.\n")
    stdout, stderr, code = run(folder, "--json")

    printed = json.loads(stdout)
    [issue] = printed.pop("issues")
    assert list(printed.items()) == [
        ("run", ImportRun.objects.get().pk),
        ("dry_run", False),
        ("created", 2),
        ("updated", 0),
        ("unchanged", 0),
        ("skipped", 0),
        ("failed", 1),
        ("drafts", []),
        ("not_read", {}),
        ("withdrawn", 0),
        ("kept", []),
        ("options", []),
        ("started_by", ImportRun.objects.get().started_by_name),
        ("gazetteer_release", ImportRun.objects.get().gazetteer_release),
    ]
    assert (issue["path"], issue["line"]) == (str(broken), 3)
    assert issue.keys() == {"path", "line", "message"}
    assert f"  {broken}, line 3: {issue['message']}\n" in stderr
    assert code == 1


def test_a_dry_run_has_no_number_and_says_would(folder):
    stdout, stderr, code = run(folder, "--dry-run", "--json")

    assert json.loads(stdout) == {
        "run": None,
        "dry_run": True,
        "created": 2,
        "updated": 0,
        "unchanged": 0,
        "skipped": 0,
        "failed": 0,
        "drafts": [],
        "not_read": {},
        "withdrawn": 0,
        "kept": [],
        "options": [],
        "started_by": "",
        "gazetteer_release": "",
        "issues": [],
    }
    assert re.match(r"Read 2 files in \d\.\d s, writing nothing:", stderr)
    assert (code, Article.objects.count()) == (0, 0)


def test_the_report_says_what_was_withdrawn_and_with_which_options(folder):
    run(folder)
    (folder / "a.md").unlink()
    stdout, _, code = run(folder, "--prune", "--force")

    assert code == 0
    assert (
        "\nWithdrew 1 article whose files are gone; a file that comes back brings its article back.\n"
        in stdout
    )
    assert re.search(
        r"\nRun \d+ by \w+ with --force and --prune, gazetteer release \w{12}; undo it: ", stdout
    )


def test_the_report_says_that_undone_files_were_skipped(folder):
    run(folder)
    undo(ImportRun.objects.get())

    assert (
        "\n2 of the skipped files were left out because the import of what they say was undone; "
        in run(folder)[0]
    )


def test_prune_goes_with_folders_alone(folder):
    with pytest.raises(CommandError, match="--prune goes with folders alone") as refused:
        run(folder, "-", "--prune")

    assert refused.value.returncode == 2


def test_a_refused_prune_imports_nothing(folder):
    with pytest.raises(CommandError, match="nowhere does not exist") as refused:
        run(folder, folder / "nowhere", "--prune")

    assert (refused.value.returncode, Article.objects.count()) == (2, 0)


def test_without_a_path_the_seeds_are_imported(folder, settings):
    settings.NEWSROOM_SEEDS = folder

    assert run()[0].startswith("Read 2 files")


def test_a_missing_path_is_a_failed_file(tmp_path):
    stdout, _, code = run(tmp_path / "nowhere")

    assert f"  {tmp_path}/nowhere: no such file or folder; check the path" in stdout
    assert code == 1


def test_a_folder_without_articles_is_no_failure(tmp_path):
    stdout, _, code = run(tmp_path)

    assert stdout.startswith("Read 0 files")
    assert (
        "Nothing to import: articles are .atom, .markdown, .md, .qmd, .rss, .txt, .xml and .zip files.\n"
        in stdout
    )
    assert code == 0


@contextlib.contextmanager
def lock_held_elsewhere() -> Iterator[None]:
    """Hold the import lock as another process would."""
    if connection.vendor != "postgresql":
        with import_lock():
            yield
        return
    # A session gets its own lock twice: this one is another's.
    other = connections.create_connection("default")
    other.settings_dict = connection.settings_dict
    try:
        other.cursor().execute("SELECT pg_advisory_lock(%s)", [LOCK_KEY])
        yield
    finally:
        other.close()


def test_a_second_import_cannot_run(folder):
    with (
        lock_held_elsewhere(),
        pytest.raises(CommandError, match="another import or re-tag is still running") as refused,
    ):
        run(folder)

    assert refused.value.returncode == 2


MIGRATE = f"make its tables first: {manage('migrate')}"
CHECK = "see that it runs, has space and may be written, then run this again"


@pytest.mark.parametrize(
    ("error", "remedy"),
    [
        (OperationalError("no such table: articles_archive"), MIGRATE),
        (ProgrammingError('relation "articles_archive" does not exist'), MIGRATE),
        (OperationalError("database or disk is full"), CHECK),
    ],
    ids=["no tables in SQLite", "no tables in PostgreSQL", "a full disk"],
)
def test_a_database_that_cannot_be_used_is_named_with_the_remedy(folder, error, remedy):
    def fail(execute, sql, params, many, context):
        raise error

    stdout = io.StringIO()
    with connection.execute_wrapper(fail), pytest.raises(CommandError) as refused:
        call_command("import_articles", str(folder), stdout=stdout)

    assert refused.value.returncode == 2
    assert f"({error})" in str(refused.value)
    assert str(refused.value).endswith(f"; {remedy}")
    # No report of nothing.
    assert stdout.getvalue() == ""


def test_a_data_folder_that_cannot_be_written_is_named(settings, tmp_path):
    settings.NEWSROOM_DATA = tmp_path / "gone"
    reason = r"gone/import-\w+\.lock cannot be written \(no such file or directory\); check the data folder$"

    with pytest.raises(ImportBusyError, match=reason), _file_lock():
        pass


def test_a_progress_line_is_written_over_on_a_terminal(folder):
    _, stderr, _ = run(folder, stderr=Terminal())

    lines = stderr.split("\r")
    assert re.match(r"2 files, [\d,]+ a second", lines[1])
    # Nothing of it is left in the end.
    assert lines[-1] == "\x1b[K"


def test_there_is_no_progress_line_elsewhere(folder):
    assert run(folder)[1] == ""


def problem(path: str, message: str, *, line: int | None = None, level: str = "error") -> Problem:
    return Problem(path, line, message, ImportIssue.Level(level))


def report(*problems: Problem, failed: int = 0, run_id: int | None = 7, **values: object) -> Report:
    report = Report(run_id=run_id, is_dry=run_id is None, problems=list(problems), **values)
    report.counts[Outcome.FAILED] = failed
    return report


@pytest.mark.parametrize(
    ("given", "lines"),
    [
        (
            report(problem("a.md", "no title; add one", line=3), failed=1),
            ["", "1 file was not imported:", "  a.md, line 3: no title; add one"],
        ),
        (
            report(
                problem("a.md", "no title"), problem("b.md", "no date"), problem("c.md", "no title"), failed=3
            ),
            ["", "3 files were not imported:", "  no title", "    a.md", "    c.md", "  b.md: no date"],
        ),
        (
            report(
                problem("a.md", "'1/2/2025' may be two days", line=2),
                problem("b.md", "'3/4/2025' may be two days", line=3),
                failed=2,
            ),
            [
                "",
                "2 files were not imported:",
                "  … may be two days",
                "    a.md, line 2: '1/2/2025' may be two days",
                "    b.md, line 3: '3/4/2025' may be two days",
            ],
        ),
        (
            report(
                problem("a.xml", "no feed", level="skipped"),
                problem("b.md", "no date", level="warning"),
                failed=1,
            ),
            ["", "1 file was skipped:", "  a.xml: no feed", "", "1 warning:", "  b.md: no date"],
        ),
        (
            report(problem("b.md", "no date", level="warning"), problem("a.md", "no title"), failed=1),
            ["", "1 file was not imported:", "  a.md: no title", "", "1 warning:", "  b.md: no date"],
        ),
        (
            report(
                problem("a.md", "no title"),
                problem("a.md", "no date", line=3),
                problem("b.md", "no title"),
                failed=2,
            ),
            [
                "",
                "2 files were not imported:",
                "  no title",
                "    a.md",
                "    b.md",
                "  a.md, line 3: no date",
            ],
        ),
        (
            report(*(problem(f"{n:02}.md", "no title") for n in range(12)), failed=12),
            [
                "",
                "12 files were not imported:",
                "  no title",
                *(f"    {n:02}.md" for n in range(10)),
                "    and 2 more, listed in the admin under import run 7",
            ],
        ),
        (
            report(is_interrupted=True, failed=1),
            ["It was stopped before the end. What was stored is kept; run this again to go on."],
        ),
        (
            report(problem("a\x1b[2J.md", "no\ttitle"), failed=1),
            ["", "1 file was not imported:", r"  a\x1b[2J.md: no\ttitle"],
        ),
    ],
    ids=[
        "one",
        "grouped by message",
        "grouped by kind",
        "skipped",
        "errors first",
        "two faults of one file",
        "many files with one message",
        "stopped",
        "terminal tricks",
    ],
)
def test_the_issues_are_grouped(given, lines):
    head, *rest = describe(given, 1.0, has_table=False).split("\n")

    assert head.startswith("Read ")
    assert rest == lines


def test_the_counts_stand_in_a_table(folder):
    (folder / "site.xml").write_text("<urlset/>")
    stdout, _, code = run(folder, "--dry-run")

    assert stdout.splitlines()[1:7] == [
        "",
        "        2  created",
        "        0  updated",
        "        0  unchanged",
        "        1  skipped",
        "        0  failed",
    ]
    assert code == 0


def test_the_report_is_a_page_with_every_issue_and_nothing_that_runs(folder, tmp_path):
    for number in range(12):
        (folder / f"<b>{number}.md").write_text("---\ntitle: T\ndate: '2025-02-30 <script>'\n---\nText.\n")
    page = tmp_path / "report.html"
    run(folder, "--report", page)

    html = page.read_text()
    assert html.startswith("<!doctype html>")
    assert html.count("&lt;b&gt;") == 12
    assert "<script" not in html
    assert "<b>" not in html
    assert f"<td><code>{folder}</code></td>" in html
    assert re.search(r"created</th>\s*<td class=\"number\">2</td>", html)


def test_a_report_that_cannot_be_written_is_refused_before_the_import(folder, tmp_path):
    with pytest.raises(CommandError, match=r"the folder of .* does not exist") as refused:
        run(folder, "--report", tmp_path / "none" / "report.html")

    assert (refused.value.returncode, Article.objects.count()) == (2, 0)


@pytest.fixture
def pipe(monkeypatch):
    """Return a function that puts bytes on standard input."""

    def pipe(content: bytes) -> None:
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content)))

    return pipe


def test_a_clipping_on_standard_input_is_imported(pipe):
    pipe(b"---\ntitle: Talks\n---\nText.\n")
    stdout, _, code = run("-", "--name", "../2025-10-16-talks.md")

    assert (stdout.splitlines()[2], code) == ("        1  created", 0)
    source = ArticleSource.objects.get()
    assert (source.path, source.name) == ("/dev/stdin/2025-10-16-talks.md", "2025-10-16-talks.md")
    assert source.article.published_on == dt.date(2025, 10, 16)


def test_two_texts_piped_in_without_a_name_are_two_articles(pipe):
    for title in ("One", "Two", "One"):
        pipe(f"---\ntitle: {title}\n---\nText of {title}.\n".encode())
        run("-")

    assert sorted(Article.objects.values_list("title", flat=True)) == ["One", "Two"]


def test_more_than_an_article_on_standard_input_is_refused(pipe):
    pipe(b"a" * (MAX_BYTES + 1))
    stdout, _, code = run("-")

    assert "2.0 MB, more than the 2 MB of the longest article" in stdout
    assert code == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--name", "a.md"], "--name is for a clipping on standard input"),
        (["--watch", "a.md"], "--watch is for folders, and a.md is none"),
        (["--watch", "-"], "--watch is for folders, and - is none"),
    ],
    ids=["a name for nothing", "a file to watch", "standard input to watch"],
)
def test_options_that_contradict_each_other_are_refused(arguments, message):
    with pytest.raises(CommandError, match=message) as refused:
        run(*arguments)

    assert refused.value.returncode == 2
