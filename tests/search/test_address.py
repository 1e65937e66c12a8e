import pytest

from articles.search.address import Address

ORDER = ["country", "topic", "q", "sort", "after"]
HERE = Address.of(
    "/articles/",
    [("q", "oil"), ("country", "ua"), ("country", "ru"), ("sort", "oldest"), ("after", "o1")],
    ORDER,
)


def test_parameters_come_in_canonical_order_without_repetition():
    address = Address.of("/a/", [("q", "oil"), ("country", "ru"), ("country", "ru"), ("topic", "")], ORDER)

    assert str(address) == "/a/?country=ru&q=oil"


def test_a_search_without_parameters_is_its_path():
    assert str(Address("/articles/")) == "/articles/"


def test_values_are_escaped():
    assert str(Address("/a/", (("q", 'a&b="c"'),))) == "/a/?q=a%26b%3D%22c%22"


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        (HERE.adding("topic", "oil"), "country=ua&country=ru&topic=oil&q=oil&sort=oldest"),
        (HERE.adding("country", "ru"), "country=ua&country=ru&q=oil&sort=oldest"),
        (HERE.dropping("country", "ua"), "country=ru&q=oil&sort=oldest"),
        (HERE.dropping("country"), "q=oil&sort=oldest"),
        (HERE.setting("q", "gas"), "country=ua&country=ru&q=gas&sort=oldest"),
        (HERE.setting("q", ""), "country=ua&country=ru&sort=oldest"),
        (HERE.first_page(), "country=ua&country=ru&q=oil&sort=oldest"),
        (HERE.page("o2"), "country=ua&country=ru&q=oil&sort=oldest&after=o2"),
        (HERE.page_before("o2"), "country=ua&country=ru&q=oil&sort=oldest&before=o2"),
        (HERE.page_before("o2").page("o3"), "country=ua&country=ru&q=oil&sort=oldest&after=o3"),
        (HERE.page_before("o2").without([("q", "oil")]), "country=ua&country=ru&sort=oldest"),
    ],
    ids=[
        "adding a value",
        "adding a value that is there",
        "dropping one value",
        "dropping all values",
        "setting a value",
        "setting nothing",
        "first page",
        "another page",
        "the page before",
        "one page at a time",
        "without a value",
    ],
)
def test_links_change_one_thing_and_begin_at_the_first_page(address, expected):
    assert str(address) == f"/articles/?{expected}"


def test_order_page_and_density_are_no_filters():
    assert HERE.setting("density", "compact").page_before("o2").filters() == (
        ("country", "ua"),
        ("country", "ru"),
        ("q", "oil"),
    )
