import random
import shutil
import threading
from pathlib import Path

import pytest

from articles.search.engine import FACETS, Engine, IndexBusy, IndexUnusable, write_lock
from articles.search.folder import current_generation, withdraw
from articles.search.query import Criteria, Match, Sort
from tests.search.entries import DAY, change_index, entry, make_index

SEARCHES = (
    Criteria(),
    Criteria(words='oil "word7 and gas"'),
    Criteria(words="oil", sort=Sort.RELEVANCE),
    Criteria(values={("country", Match.ALL): ("ua",)}, published_after=DAY),
)


def everything(engine: Engine) -> list[object]:
    """Return answers that read every file of the index."""
    return [*(engine.search(criteria, facets=FACETS) for criteria in SEARCHES), sorted(engine.digests())]


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("whole") / "index"
    make_index(
        folder,
        [
            entry(
                pk, facets={"country": ("ru", "ua")[: pk % 3]}, published_on=DAY, body=f"oil word{pk} and gas"
            )
            for pk in range(1, 50)
        ],
    )
    return folder


@pytest.fixture
def folder(whole, tmp_path) -> Path:
    return Path(shutil.copytree(whole, tmp_path / "index"))


def test_one_writer_at_a_time(folder):
    with write_lock(folder, seconds=0), pytest.raises(IndexBusy), write_lock(folder, seconds=0):
        pass

    with write_lock(folder, seconds=0):
        pass


def test_a_writer_waits_for_the_other(folder):
    is_held, may_go = threading.Event(), threading.Event()

    def hold() -> None:
        with write_lock(folder, seconds=0):
            is_held.set()
            may_go.wait(5)

    other = threading.Thread(target=hold)
    other.start()
    is_held.wait(5)
    threading.Timer(0.1, may_go.set).start()

    with write_lock(folder, seconds=5):
        assert may_go.is_set()
    other.join()


def test_a_folder_that_cannot_be_made_is_unusable(tmp_path):
    (tmp_path / "file").write_text("")

    with pytest.raises(IndexUnusable), write_lock(tmp_path / "file" / "index", seconds=0):
        pass


def test_without_an_index_there_is_nothing_to_open(tmp_path):
    with pytest.raises(IndexUnusable, match="there is no index"):
        Engine(tmp_path / "nowhere")


@pytest.mark.parametrize(
    "name", ["", "generation-none", "../elsewhere", "generation-x/../..", "\x00", "generation-é"]
)
def test_a_wrong_pointer_is_no_index(folder, name):
    (folder / "current").write_text(name)

    with pytest.raises(IndexUnusable):
        Engine(folder)


def test_an_index_is_withdrawn_only_while_it_is_the_current_one(folder):
    name = current_generation(folder).name

    withdraw(folder, generation="generation-other")
    assert current_generation(folder).name == name

    withdraw(folder, generation=name)
    with pytest.raises(IndexUnusable):
        Engine(folder)


def test_an_index_that_vanishes_is_noticed(folder):
    engine = Engine(folder)
    shutil.rmtree(folder)

    with pytest.raises(IndexUnusable):
        engine.search(Criteria())


DAMAGE = {
    "empty": lambda content: b"",
    "cut off": lambda content: content[: len(content) // 2],
    "zeros": lambda content: bytes(len(content)),
    "noise": lambda content: random.Random(5).randbytes(len(content)),
}


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize(
    "suffix", [".idx", ".term", ".pos", ".fast", ".store", ".fieldnorm", "meta.json", "managed.json"]
)
@pytest.mark.parametrize("damage", [*DAMAGE, "gone"])
def test_a_damaged_file_is_noticed_or_harmless(folder, whole, suffix, damage):
    path = next(path for path in current_generation(folder).iterdir() if path.name.endswith(suffix))
    if damage == "gone":
        path.unlink()
    else:
        path.write_bytes(DAMAGE[damage](path.read_bytes()))

    try:
        answers = everything(Engine(folder))
    except IndexUnusable:
        answers = None
    assert answers in (None, everything(Engine(whole)))

    make_index(folder, [entry(1)])
    assert Engine(folder).search(Criteria()).ids == [1]


def test_a_search_that_was_open_before_the_damage_fails_cleanly_after_the_next_write(folder):
    engine = Engine(folder)
    (current_generation(folder) / "meta.json").write_text("{")

    with pytest.raises(IndexUnusable):
        engine.search(Criteria())
    with pytest.raises(IndexUnusable):
        change_index(engine, [entry(1)])
