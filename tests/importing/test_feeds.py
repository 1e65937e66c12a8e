"""Saved feeds: each entry becomes a clipping."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from articles.importing import feeds
from articles.importing.batch import Reading, Request, read_batch, read_entries
from articles.importing.feeds import FeedEntry
from articles.importing.markup import to_markdown
from articles.importing.problems import Notice
from articles.importing.sources import find_sources
from articles.importing.troubles import Trouble

RSS = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
     xmlns:dc="http://purl.org/dc/elements/1.1/">
  <channel>
    <title>The Example Courier - World</title>
    <language>en-gb</language>
    <item>
      <title>Ministers meet &amp;amp; talk</title>
      <link>https://courier.example/2025/talks?utm_source=rss</link>
      <guid>tag:courier,1</guid>
      <pubDate>Thu, 16 Oct 2025 23:30:00 -0400</pubDate>
      <dc:creator>Anna Keller</dc:creator>
      <category>Russia</category>
      <category>Ukraine</category>
      <description>They met for three hours.</description>
      <content:encoded><![CDATA[<p>The <b>ministers</b> met in <a href="https://courier.example/geneva">Geneva</a>.</p>
        <script>alert(1)</script><p>They will meet again.</p>]]></content:encoded>
    </item>
    <item>
      <title>Second</title>
      <description>Only a summary.</description>
    </item>
  </channel>
</rss>
"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title>Courier</title>
<entry><title type="html">&lt;i&gt;Talks&lt;/i&gt; fail</title><id>urn:1</id><link href="https://courier.example/1"/>
<published>2025-10-16T23:30:00-04:00</published><updated>2025-10-18T01:00:00Z</updated>
<author><name>Anna Keller</name></author><author><name>Tom Reed</name></author>
<content type="html">&lt;p&gt;They failed.&lt;/p&gt;</content></entry></feed>
"""


@pytest.fixture
def read(tmp_path):
    """Return a function that reads a feed as the import does."""
    folder = tmp_path.resolve() / "feeds"
    folder.mkdir()

    def read(content: str | bytes, name: str = "feed.xml") -> list[Reading]:
        path = folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        results = read_batch([Request(found) for found in find_sources([path])])
        return [
            reading
            for result in results
            for reading in (read_entries([result]) if isinstance(result, FeedEntry) else [result])
        ]

    return read


def test_an_entry_of_rss_is_an_article(read):
    first, _ = read(RSS)

    clipping = first.clipping
    assert (clipping.title, clipping.outlet, clipping.language) == (
        "Ministers meet & talk",
        "The Example Courier - World",
        "en-GB",
    )
    assert clipping.standfirst == "They met for three hours."
    assert clipping.body == (
        "The **ministers** met in [Geneva](https://courier.example/geneva).\n\nThey will meet again."
    )
    assert clipping.published_on == dt.date(2025, 10, 16)
    assert (clipping.authors, clipping.keywords) == (("Anna Keller",), ("Russia", "Ukraine"))
    assert clipping.canonical_url == "courier.example/2025/talks"
    assert clipping.notices == ()


def test_an_entry_without_content_is_its_summary(read):
    _, second = read(RSS)

    assert (second.clipping.body, second.clipping.standfirst) == ("Only a summary.", "")


def test_an_entry_of_atom_is_an_article(read):
    [entry] = read(ATOM, "feed.atom")

    clipping = entry.clipping
    assert (clipping.title, clipping.body, clipping.outlet) == ("Talks fail", "They failed.", "Courier")
    assert (clipping.published_on, clipping.updated_on) == (dt.date(2025, 10, 16), dt.date(2025, 10, 18))
    assert clipping.authors == ("Anna Keller", "Tom Reed")


def test_an_entry_has_a_place_of_its_own_that_stays(read):
    before = [reading.found for reading in read(RSS)]
    new = RSS.replace("<item>", "<item><title>New</title><guid>n</guid></item>\n<item>", 1)
    after = [reading.found for reading in read(new)]

    assert [found.path for found in after[1:]] == [found.path for found in before]
    assert before[0].path.parent.name == "feed.xml"
    assert before[0].shown.endswith("feed.xml, entry 1")


def test_two_entries_with_one_id_are_two_places(read):
    item = "<item><guid>1</guid><title>T</title><description>Text {}.</description></item>"
    content = f"<rss version='2.0'><channel>{item.format(1)}{item.format(2)}</channel></rss>"

    first, second = read(content)

    assert second.found.path.name == f"{first.found.path.name}-2"


def test_an_entry_at_fault_is_named_with_its_line_and_costs_no_other(read):
    first, second = read(RSS.replace("<title>Second</title>", "").replace("Only a summary.", ""))

    assert first.clipping
    assert (second.fault.message.split(";")[0], second.fault.line) == ("the entry has no title", 19)


@pytest.mark.parametrize(
    ("parts", "url"),
    [
        ("<id>e2</id>", ""),
        ("<id>urn:uuid:1225c695</id>", ""),
        ("<id>https://courier.example/1</id>", "https://courier.example/1"),
    ],
)
def test_the_id_of_an_entry_is_its_address_only_if_it_is_one(read, parts, url):
    content = ATOM.replace('<id>urn:1</id><link href="https://courier.example/1"/>', parts)
    [reading] = read(content)

    assert (reading.clipping.url, reading.clipping.notices) == (url, ())


def test_a_link_that_is_no_address_is_told(read):
    [reading] = read(ATOM.replace('href="https://courier.example/1"', 'href="courier/1"'))

    assert [notice.kind for notice in reading.clipping.notices] == [Trouble.BAD_ADDRESS]


@pytest.mark.parametrize(
    ("printed", "reason"),
    [
        ("2025-02-30T10:00:00Z", "is not a day of the calendar; write YYYY-MM-DD"),
        ("2025-13-05", "is not a day of the calendar; write YYYY-MM-DD"),
        ("2025-04-31", "is not a day of the calendar; write YYYY-MM-DD"),
        ("2025-10-16T25:00:00Z", "has no such time of day; write YYYY-MM-DD HH:MM"),
        ("2025-W42-4", "is not a date; write YYYY-MM-DD"),
        ("Sun, 30 Feb 2025 10:00:00 GMT", "is not a day of the calendar; write YYYY-MM-DD"),
        ("Sun, 30 Feb 25 10:00:00 GMT", "is not a date; write YYYY-MM-DD"),
    ],
)
@pytest.mark.parametrize("feed", [RSS, ATOM], ids=["RSS", "Atom"])
def test_a_date_that_does_not_exist_is_refused_and_never_becomes_another(read, feed, printed, reason):
    dated = feed.replace("Thu, 16 Oct 2025 23:30:00 -0400", printed)
    reading = read(dated.replace("2025-10-16T23:30:00-04:00", printed))[0]

    line = 7 if feed is RSS else 2
    assert (reading.clipping, reading.fault.line, reading.fault.kind) == (None, line, Trouble.BAD_DATE)
    assert reading.fault.message == f"date {printed!r} {reason}"


def test_an_update_that_does_not_exist_is_told_and_the_entry_read(read):
    [reading] = read(ATOM.replace("2025-10-18T01:00:00Z", "2025-10-32T01:00:00Z"))

    assert reading.clipping.updated_on is None
    assert [notice.message for notice in reading.clipping.notices] == [
        "updated '2025-10-32T01:00:00Z' is not a day of the calendar; write YYYY-MM-DD; kept as text"
    ]


@pytest.mark.parametrize(
    ("printed", "day"),
    [
        ("Thu, 16 Oct 25 23:30:00 -0400", dt.date(2025, 10, 16)),
        ("Thu, 16 Oct 25 23:30 EST", dt.date(2025, 10, 16)),
        ("16 Oct 97 23:30:00 GMT", dt.date(1997, 10, 16)),
    ],
)
def test_a_year_of_two_figures_is_read_as_the_rule_of_mails_says(read, printed, day):
    reading = read(RSS.replace("Thu, 16 Oct 2025 23:30:00 -0400", printed))[0]

    assert reading.clipping.published_on == day


def test_an_entry_that_calls_its_day_unknown_has_that_of_its_update(read):
    [reading] = read(ATOM.replace("2025-10-16T23:30:00-04:00", "unknown"))

    assert reading.clipping.published_on == dt.date(2025, 10, 18)


def test_the_name_of_the_file_dates_no_entry(read):
    _, second = read(RSS, "2025-10-20.xml")

    assert second.clipping.published_on is None


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("<?xml version='1.0'?><urlset><url/></urlset>", "XML, but not an RSS or Atom feed; leave it out"),
        (
            "<rss version='2.0'><channel><title>x</title></channel></rss>",
            "a feed without entries; leave it out",
        ),
    ],
    ids=["a sitemap", "no entries"],
)
def test_xml_that_holds_no_article_is_skipped(read, content, message):
    [reading] = read(content)

    assert (reading.fault, reading.is_skipped) == (Notice(message, kind=Trouble.NO_ARTICLE), True)


@pytest.mark.parametrize(
    ("content", "line", "beginning"),
    [
        ("hello", 2, "broken XML"),
        ("<rss version='2.0'><channel>", 2, "broken XML"),
        (
            "<!DOCTYPE a [\n<!ENTITY a 'aaaa'>\n<!ENTITY b '&a;&a;'>]><rss version='2.0'><channel/></rss>",
            2,
            "it declares entities",
        ),
        (
            "<!DOCTYPE a [<!entity a SYSTEM 'file:///etc/passwd'>]><rss><channel/></rss>".encode("utf-16"),
            1,
            "it declares entities",
        ),
    ],
    ids=["no XML", "truncated", "entities", "an outer entity in UTF-16"],
)
def test_a_broken_or_dangerous_feed_is_one_issue(read, content, line, beginning):
    [reading] = read(content)

    assert reading.fault.message.startswith(beginning)
    assert (reading.is_skipped, reading.clipping) == (False, None)
    assert reading.fault.line in {line, 1, None}


def test_a_feed_that_breaks_off_is_read_as_far_as_it_goes_and_says_so(read):
    cut = RSS[: RSS.index("Only a summary")]

    first, *_ = read(cut)

    assert first.clipping.title == "Ministers meet & talk"
    assert first.clipping.notices[0].message.startswith("broken XML")


def test_more_entries_than_a_feed_has_are_refused(read, monkeypatch):
    monkeypatch.setattr(feeds, "MAX_ENTRIES", 1)

    [reading] = read(RSS)

    assert reading.fault.message == "2 entries, more than 1; split the feed"


def test_no_address_in_a_feed_is_fetched(read, monkeypatch):
    def refuse(*arguments: object, **options: object) -> None:
        raise AssertionError("it opened a connection")

    monkeypatch.setattr("socket.socket.connect", refuse)

    assert len(read(b"https://courier.example/feed.xml")) == 1
    assert len(read(RSS)) == 2


def test_a_file_named_as_a_feed_may_lie_anywhere_below_a_folder(tmp_path):
    (tmp_path / "sub").mkdir()
    for name in ("a.rss", "sub/b.atom", "c.xml"):
        Path(tmp_path / name).write_text(RSS)

    found = [found.name for found in find_sources([tmp_path])]

    assert found == ["a.rss", "c.xml", "sub/b.atom"]


@pytest.mark.parametrize(
    ("html", "markdown"),
    [
        ("Plain text.", "Plain text."),
        ("One.\n\nTwo.", "One.\n\nTwo."),
        ("<p>One.</p><p>Two.</p>", "One.\n\nTwo."),
        ("One.<br><br>Two.<br>Three.", "One.\n\nTwo.\nThree."),
        ("<h1>Head</h1><p>Text.</p>", "## Head\n\nText."),
        ("<p>These:</p><ul><li>one</li><li>two</li></ul>", "These:\n\n- one\n- two"),
        ("<blockquote><p>Said.</p></blockquote>After.", "> Said.\n\nAfter."),
        ("<a href='javascript:x'>here</a> and <a href='https://a.example/b'>there</a>",
         "here and [there](https://a.example/b)"),
        ("<p>AT&amp;T &lt;script&gt;</p>", "AT&T &lt;script>"),
        ("<p>- no list</p><p># no head</p>", "\\- no list\n\n\\# no head"),
        ("<p>1. no number</p>", "1\\. no number"),
        ("<p>-5 degrees, #tag</p>", "-5 degrees, #tag"),
        ("<style>p{}</style><svg><text>x</text></svg><p>Text.</p>", "Text."),
        ("<table><tr><td>a</td><td>b</td></tr></table>", "a b"),
        ("<p><img src='x'></p>", ""),
        ("<p>never closed <b>bold", "never closed **bold"),
        ("", ""),
    ],
)  # fmt: skip
def test_html_becomes_markdown(html, markdown):
    assert to_markdown(html) == markdown


@pytest.mark.parametrize(
    "declaration",
    ["", '<?xml version="1.0"?> ', '\N{ZERO WIDTH NO-BREAK SPACE}<?xml version="1.0"?> '],
    ids=["no declaration", "a declaration", "a byte order mark"],
)
def test_broken_xml_is_told_on_its_line_of_the_file(read, declaration):
    [reading] = read(f"{declaration}<rss>\n<channel>\n</item>")

    assert reading.fault.line == 3


@pytest.mark.parametrize(
    ("author", "byline", "names"),
    [
        ("jane@x.org (Jane Doe)", "jane@x.org (Jane Doe)", ("Jane Doe",)),
        ("jane@x.org (Jane Doe), tom@x.org (Tom Reed)", None, ("Jane Doe", "Tom Reed")),
        ("jane@x.org", "jane@x.org", ()),
        ("mailto:jane@x.org", None, ()),
        ("By Jane Doe (jane@x.org) and Tom Reed", None, ("Jane Doe", "Tom Reed")),
    ],
)
def test_the_author_of_rss_is_read_as_printed(read, author, byline, names):
    [entry] = read(
        f"<rss version='2.0'><channel><title>Courier</title><item><title>Talks</title>"
        f"<author>{author}</author><description>They met.</description></item></channel></rss>"
    )

    assert (entry.clipping.byline, entry.clipping.authors) == (byline or author, names)


def test_the_address_of_an_author_of_atom_is_not_read(read):
    [entry] = read(ATOM.replace("Keller</name>", "Keller</name><email>anna@x.org</email>"), "feed.atom")

    assert (entry.clipping.byline, entry.clipping.authors) == (
        "Anna Keller, Tom Reed",
        ("Anna Keller", "Tom Reed"),
    )


def test_a_content_that_is_its_own_summary_is_no_standfirst(read):
    content = "&lt;h1&gt;Talks&lt;/h1&gt;&lt;p&gt;By Ann Lee&lt;/p&gt;&lt;p&gt;They met.&lt;/p&gt;"
    [entry] = read(
        '<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>Courier</title>'
        f"<item><title>Talks</title><content:encoded>{content}</content:encoded></item></channel></rss>"
    )

    assert (entry.clipping.body, entry.clipping.standfirst) == ("They met.", "")


def test_what_is_said_of_an_entry_names_no_front_matter(read):
    _, untitled = read(
        "<rss version='2.0'><channel><title>Courier</title><item><title>a</title></item>\n"
        "<item><description>They met.</description></item></channel></rss>"
    )

    assert [(one.line, one.message) for one in untitled.faults] == [
        (2, "the entry has no title; import its page as a file of its own"),
        (2, "the entry has no date"),
    ]


def test_a_feed_that_breaks_off_in_its_first_entry_says_so(read):
    [entry] = read("<rss version='2.0'><channel><title>Courier</title><item><description>Talks")

    assert "broken-feed" in [one.kind for one in entry.faults]
