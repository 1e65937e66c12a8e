"""What is kept of the data files: never anything but what stands in them."""

from __future__ import annotations

import json

import pytest

from articles.tagging.datafiles import DataError, load_tables
from articles.tagging.gazetteer import read_data


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "places.toml").write_text('ru = ["Omsk"]\n', encoding="utf-8")
    return folder


def test_kept_tables_are_those_of_the_files(folder, tmp_path):
    cache = tmp_path / "kept.json"
    read = load_tables(folder, cache)

    assert cache.exists()
    assert load_tables(folder, cache) == read == {"places": {"ru": ["Omsk"]}}


def test_kept_tables_are_used(folder, tmp_path):
    cache = tmp_path / "kept.json"
    load_tables(folder, cache)
    kept = json.loads(cache.read_bytes()) | {"tables": {"places": {}}}
    cache.write_text(json.dumps(kept), encoding="utf-8")

    assert load_tables(folder, cache) == {"places": {}}


def test_a_changed_file_is_read_again(folder, tmp_path):
    cache = tmp_path / "kept.json"
    load_tables(folder, cache)
    (folder / "places.toml").write_text('ru = ["Tula"]\n', encoding="utf-8")

    assert load_tables(folder, cache) == {"places": {"ru": ["Tula"]}}


def test_a_renamed_file_is_read_again(folder, tmp_path):
    cache = tmp_path / "kept.json"
    load_tables(folder, cache)
    (folder / "places.toml").rename(folder / "never.toml")

    assert load_tables(folder, cache) == {"never": {"ru": ["Omsk"]}}


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b"null", b'{"key": 1}', b"\xff"])
def test_a_damaged_file_of_kept_tables_is_written_again(folder, tmp_path, damage):
    cache = tmp_path / "kept.json"
    cache.write_bytes(damage)

    assert load_tables(folder, cache) == {"places": {"ru": ["Omsk"]}}
    assert json.loads(cache.read_bytes())["tables"] == {"places": {"ru": ["Omsk"]}}


def test_tables_that_cannot_be_kept_are_read_all_the_same(folder, tmp_path):
    assert load_tables(folder, tmp_path / "missing" / "kept.json") == {"places": {"ru": ["Omsk"]}}


def test_a_date_is_read_and_not_kept(folder, tmp_path):
    (folder / "places.toml").write_text("ru = 1991-12-25\n", encoding="utf-8")

    load_tables(folder, tmp_path / "kept.json")

    assert not (tmp_path / "kept.json").exists()


def test_a_file_that_is_no_toml_is_named(folder):
    (folder / "places.toml").write_text("ru = [", encoding="utf-8")

    with pytest.raises(DataError, match=r"places\.toml: "):
        load_tables(folder)


def test_the_gazetteer_is_the_same_from_kept_tables(tmp_path):
    cache = tmp_path / "kept.json"

    assert read_data(cache=cache) == read_data(cache=cache)
