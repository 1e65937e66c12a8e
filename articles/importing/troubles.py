"""The kinds of problems that files have: each with a plain sentence and the remedy, in one table.

A problem gets its kind where it is found.  Kinds are stored with the issues of a run: a name may be added,
never given another meaning.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Trouble(StrEnum):
    """What is wrong with a file, as far as its remedy goes."""

    OTHER = "other"
    # The file itself.
    MISSING = "missing"
    NO_PERMISSION = "no-permission"
    LINK = "link"
    NOT_REGULAR = "not-regular"
    FILE_NAME = "file-name"
    TOO_LARGE = "too-large"
    UNSTEADY = "unsteady"
    UNREADABLE = "unreadable"
    FOLDER = "folder"
    # Zips and feeds.
    DAMAGED_ZIP = "damaged-zip"
    UNUSUAL_ZIP = "unusual-zip"
    ZIP_LIMITS = "zip-limits"
    NO_ARTICLE = "no-article"
    BROKEN_FEED = "broken-feed"
    # Bytes to text.
    EMPTY_FILE = "empty-file"
    NOT_TEXT = "not-text"
    ENCODING = "encoding"
    STRAY_BYTES = "stray-bytes"
    CONTROL_CHARACTERS = "control-characters"
    # Front matter.
    UNCLOSED_FENCE = "unclosed-fence"
    BROKEN_FRONT_MATTER = "broken-front-matter"
    DOUBLE_KEY = "double-key"
    NO_MAPPING = "no-mapping"
    REFUSED_FRONT_MATTER = "refused-front-matter"
    MISSING_QUOTES = "missing-quotes"
    # What it says.
    NO_TITLE = "no-title"
    BAD_TITLE = "bad-title"
    BAD_DATE = "bad-date"
    UNDECIDED_DATE = "undecided-date"
    NO_DATE = "no-date"
    DATES_DISAGREE = "dates-disagree"
    BAD_ADDRESS = "bad-address"
    BAD_BYLINE = "bad-byline"
    TOO_MANY_TAGS = "too-many-tags"
    SHORTENED = "shortened"
    NO_TEXT = "no-text"
    LEFT_OUT = "left-out"
    TOO_LONG = "too-long"
    SECOND_ARTICLE = "second-article"
    OTHER_LANGUAGE = "other-language"
    # The archive and the program.
    RIVAL = "rival"
    CORRECTED_FIELD = "corrected-field"
    GIVEN_UP = "given-up"
    NOT_STORED = "not-stored"
    FAULT = "fault"


class About(NamedTuple):
    """A kind in words: what is wrong, and what to do; ``in_head`` where the front matter is to be mended."""

    sentence: str
    remedy: str
    in_head: bool = False


ABOUT: dict[Trouble, About] = {
    Trouble.OTHER: About("Another problem", "Read the message; it says what to do."),
    Trouble.MISSING: About(
        "The file or folder is not there",
        "Check the path, or whether somebody moved it, and import it again.",
    ),
    Trouble.NO_PERMISSION: About(
        "The file may not be read", "Let the account that Newsroom runs as read it: change its owner or mode."
    ),
    Trouble.LINK: About(
        "A link that is not followed", "Put the file itself into the folder, or import where it leads."
    ),
    Trouble.NOT_REGULAR: About(
        "Not a file but a device, a pipe or a socket", "Remove it, or put the text itself there."
    ),
    Trouble.FILE_NAME: About(
        "The name or the path cannot be kept", "Give it a shorter, plain name and import it again."
    ),
    Trouble.TOO_LARGE: About("The file is larger than any article", "Split it, one article to a file."),
    Trouble.UNSTEADY: About("The file changed while it was read", "Try it again once nothing writes to it."),
    Trouble.UNREADABLE: About("The file cannot be read", "Check the disk, then try it again."),
    Trouble.FOLDER: About(
        "A folder was not looked into", "Mend what the message says, or import that folder by itself."
    ),
    Trouble.DAMAGED_ZIP: About("A damaged zip, or no zip at all", "Make the zip anew and import it again."),
    Trouble.UNUSUAL_ZIP: About(
        "A file that the zip hides or packs in an unusual way",
        "Make the zip with plain names, the usual method and no password.",
    ),
    Trouble.ZIP_LIMITS: About("A zip with more in it than is read", "Make several smaller zips of it."),
    Trouble.NO_ARTICLE: About("It holds no article", "Nothing needs to be done; leave it out if you like."),
    Trouble.BROKEN_FEED: About("A feed that cannot be read, or not to its end", "Save the feed again."),
    Trouble.EMPTY_FILE: About("The file is empty", "Remove it, or write the article into it."),
    Trouble.NOT_TEXT: About("Not a text file", "Export the article as plain text."),
    Trouble.ENCODING: About(
        "An encoding that cannot be told", "Open it where its letters look right and save it as UTF-8."
    ),
    Trouble.STRAY_BYTES: About(
        "Letters in an old encoding", "Check the accents; if one is wrong, correct it and save as UTF-8."
    ),
    Trouble.CONTROL_CHARACTERS: About(
        "Invisible control characters were left out", "Usually nothing; check the line if words are missing."
    ),
    Trouble.UNCLOSED_FENCE: About(
        "The front matter is not closed", "Add a line --- where the front matter ends.", in_head=True
    ),
    Trouble.BROKEN_FRONT_MATTER: About(
        "The front matter cannot be read", "Correct the line that is named.", in_head=True
    ),
    Trouble.DOUBLE_KEY: About("A key stands twice in the front matter", "Keep one of the two.", in_head=True),
    Trouble.NO_MAPPING: About(
        "The front matter has no keys", "Write it in lines such as “title: …”.", in_head=True
    ),
    Trouble.REFUSED_FRONT_MATTER: About(
        "Front matter that no person wrote: too long, or nested too deep",
        "Write plain keys and values, and move text to the body.",
        in_head=True,
    ),
    Trouble.MISSING_QUOTES: About(
        "A value without its quotation marks",
        "It was read as plain text; put the value in quotation marks.",
        in_head=True,
    ),
    Trouble.NO_TITLE: About(
        "It has no title",
        "Add a line “title: …” to the front matter, or a heading “# …” above the text.",
        in_head=True,
    ),
    Trouble.BAD_TITLE: About("The title is not one text", "Put the title in quotation marks.", in_head=True),
    Trouble.BAD_DATE: About("A date that does not exist", "Write the date as YYYY-MM-DD.", in_head=True),
    Trouble.UNDECIDED_DATE: About(
        "A date that may be two days", "Write the date as YYYY-MM-DD.", in_head=True
    ),
    Trouble.NO_DATE: About(
        "It has no date", "Add a line “date: YYYY-MM-DD” to the front matter.", in_head=True
    ),
    Trouble.DATES_DISAGREE: About("Its dates disagree", "Check which date is right.", in_head=True),
    Trouble.BAD_ADDRESS: About(
        "Its address is no web address", "Write the whole address, with https://.", in_head=True
    ),
    Trouble.BAD_BYLINE: About("A byline of more than authors", "Name the authors only.", in_head=True),
    Trouble.TOO_MANY_TAGS: About(
        "More tags than an article has", "Keep the tags of this article.", in_head=True
    ),
    Trouble.SHORTENED: About(
        "A value was too long and was cut", "Write it shorter if the end matters.", in_head=True
    ),
    Trouble.NO_TEXT: About(
        "It has no text", "Write the text below the front matter, or leave it as a note of the article."
    ),
    Trouble.LEFT_OUT: About(
        "A piece of the text was left out",
        "Usually nothing; it is kept beside the article.",
    ),
    Trouble.TOO_LONG: About(
        "More lines or paragraphs than an article has", "Split it, one article to a file."
    ),
    Trouble.SECOND_ARTICLE: About(
        "A second article stands in the text", "Split the file, one article to a file."
    ),
    Trouble.OTHER_LANGUAGE: About(
        "Not in English, so that few tags are found",
        "Nothing needs to be done; add the tags that matter at the desk.",
    ),
    Trouble.RIVAL: About(
        "Two files hold versions of one article",
        "Keep one of the two files, or give each its own “url”.",
        in_head=True,
    ),
    Trouble.CORRECTED_FIELD: About(
        "The file says something else than an editor's correction",
        "Decide under Corrections which of the two stands.",
    ),
    Trouble.GIVEN_UP: About(
        "Reading it took too long or too much memory",
        "Open the file and look for damaged or machine-made text.",
    ),
    Trouble.NOT_STORED: About("The database refused it", "Report it together with the file."),
    Trouble.FAULT: About("A fault in Newsroom", "Report it together with the file."),
}


def about(name: str) -> About:
    """Return what to say of a stored kind; of one that is not known here, that it is another problem."""
    return ABOUT[Trouble(name) if name in Trouble else Trouble.OTHER]
