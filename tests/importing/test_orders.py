"""Dates that may be two days, settled by how the rest of the folder writes its dates."""

from __future__ import annotations

import datetime as dt
import zipfile
from pathlib import Path

import pytest

from articles import gazetteer
from articles.importing.report import Report
from articles.importing.run import import_paths
from articles.models import Article, ImportRun
from tests.importing.test_run import GAZETTEER, counts

pytestmark = pytest.mark.django_db

UNDECIDED = "'10/11/2025' may be 10 November 2025 or 11 October 2025; write YYYY-MM-DD"


@pytest.fixture(autouse=True)
def loaded(db) -> None:
    gazetteer.load(GAZETTEER, release="r1")


def clip(path: Path, date: str, *, outlet: str = "", key: str = "date") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = ["---", f"title: Talks {path.stem}", f"{key}: {date}", f"outlet: {outlet}", "---", ""]
    path.write_text("\n".join([*lines, f"They met in {path.stem}.", ""]))
    return path


def day_of(name: str) -> dt.date | None:
    return Article.objects.get(title=f"Talks {name}").published_on


def said(report: Report) -> list[str]:
    return [problem.message for problem in report.problems]


@pytest.mark.parametrize(
    ("plain", "day"),
    [("16/10/2025", dt.date(2025, 11, 10)), ("10/16/2025", dt.date(2025, 10, 11))],
    ids=["the day first", "the month first"],
)
def test_a_date_is_read_as_the_folder_writes_its_others(tmp_path, plain, day):
    clip(tmp_path / "a.md", "10/11/2025")
    clip(tmp_path / "sub/z.md", plain)

    report = import_paths([tmp_path])

    assert counts(report) == {"created": 2}
    assert said(report) == []
    assert day_of("a") == day


def test_a_date_that_nothing_in_the_folder_settles_is_refused(tmp_path):
    clip(tmp_path / "a.md", "10/11/2025")
    clip(tmp_path / "b.md", "2025-10-16")

    report = import_paths([tmp_path])

    assert counts(report) == {"created": 1, "failed": 1}
    assert said(report) == [f"date {UNDECIDED}"]


def test_a_folder_that_writes_both_orders_is_told_so_with_examples(tmp_path):
    a, b, c = (
        clip(tmp_path / f"{n}.md", d)
        for n, d in (("a", "10/11/2025"), ("b", "16/10/2025"), ("c", "10/16/2025"))
    )

    report = import_paths([tmp_path])

    assert counts(report) == {"created": 2, "failed": 1}
    assert said(report) == [
        f"date {UNDECIDED}; its folder writes dates both ways, the day first ('16/10/2025' in {b}) and the "
        f"month first ('10/16/2025' in {c})"
    ]
    assert report.problems[0].path == str(a)


def test_where_outlets_differ_each_is_believed_for_its_own(tmp_path):
    clip(tmp_path / "a.md", "10/11/2025", outlet="Courier")
    clip(tmp_path / "b.md", "10/11/2025", outlet="Tribune")
    clip(tmp_path / "c.md", "16/10/2025", outlet="Courier")
    clip(tmp_path / "d.md", "10/16/2025", outlet="Tribune")

    assert counts(import_paths([tmp_path])) == {"created": 4}
    assert (day_of("a"), day_of("b")) == (dt.date(2025, 11, 10), dt.date(2025, 10, 11))


def test_an_outlet_without_a_plain_date_follows_the_folder(tmp_path):
    clip(tmp_path / "a.md", "10/11/2025", outlet="Gazette")
    clip(tmp_path / "c.md", "16/10/2025", outlet="Courier")

    import_paths([tmp_path])

    assert day_of("a") == dt.date(2025, 11, 10)


def test_one_folder_given_says_nothing_of_another(tmp_path):
    clip(tmp_path / "one/a.md", "10/11/2025")
    clip(tmp_path / "two/b.md", "16/10/2025")

    assert counts(import_paths([tmp_path / "one", tmp_path / "two"])) == {"created": 1, "failed": 1}


def test_files_imported_before_settle_a_new_one(tmp_path):
    clip(tmp_path / "b.md", "16/10/2025")
    import_paths([tmp_path])
    clip(tmp_path / "a.md", "10/11/2025")

    assert counts(import_paths([tmp_path])) == {"created": 1, "unchanged": 1}
    assert day_of("a") == dt.date(2025, 11, 10)
    assert counts(import_paths([tmp_path])) == {"unchanged": 2}


def test_the_text_of_others_settles_a_date_in_the_text(tmp_path):
    for name, date in (("a", "10/11/2025"), ("b", "16/10/2025")):
        text = f"---\ntitle: Talks {name}\n---\n\n> Published {date}\n\nThe ministers met in {name} again.\n"
        (tmp_path / f"{name}.md").write_text(text)

    report = import_paths([tmp_path])

    assert said(report) == []
    assert day_of("a") == dt.date(2025, 11, 10)


def test_an_unsettled_clipping_date_is_only_a_warning(tmp_path):
    clip(tmp_path / "a.md", "10/11/2025", key="clipped")

    report = import_paths([tmp_path])

    assert counts(report) == {"created": 1}
    assert f"clipped {UNDECIDED}; kept as text" in said(report)


def test_entries_of_a_zip_settle_each_other(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for name, date in (("a", "10/11/2025"), ("b", "16/10/2025")):
            archive.writestr(f"{name}.md", f"---\ntitle: Talks {name}\ndate: {date}\n---\nIn {name}.\n")

    assert counts(import_paths([tmp_path])) == {"created": 2}
    assert day_of("a") == dt.date(2025, 11, 10)


def test_a_dry_run_counts_the_same_and_the_counts_stand_in_the_run(tmp_path):
    clip(tmp_path / "a.md", "10/11/2025")
    clip(tmp_path / "b.md", "16/10/2025")
    dry = import_paths([tmp_path], is_dry=True)
    report = import_paths([tmp_path])

    assert counts(dry) == counts(report) == {"created": 2}
    assert ImportRun.objects.get().created_count == 2
