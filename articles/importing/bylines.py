"""Bylines: who wrote an article, name by name, out of what was printed."""

from __future__ import annotations

import functools
import html
import re
from collections.abc import Iterable

from articles.importing.dates import MONTHS, WEEKDAYS, DateError, Precision, UndecidedError, read_date
from articles.importing.outlets import outlet_named

# Matches the `By` of `By Sean Seddon` and `BySean Seddon`, the `Par` of `Par Jean Petit`; not that of `Byron
# Kaye`, nor `BYD`.
BY = re.compile(
    r"(?i:by\b[:\s]+|(?:(?:with )?(?:additional|further) )?(?:written|reported|reporting|writing|posted|words"
    r"|story|analysis|interview) by\b[:\s]*|by$)|By(?=[A-Z][a-z])"
    r"|P(?:ar|or)\s+(?=[A-ZÀ-Ý])"
)
WIKILINK = re.compile(r"\[\[(?:[^\[\]|]*\|)?([^\[\]]*)\]\]")  # of Obsidian: [[people/ann|Ann Lee]]
MARKUP = re.compile(
    rf"<[^<>]*>|{WIKILINK.pattern}"
    r"|\[([^\[\]]*)\]\([^()]*\)|[*_`]{1,3}(?=\S)|(?<=\S)[*_`]{1,3}"
)
# Matches `sean@bbc.co.uk`, `Email: <sean@bbc.co.uk>`, `mailto:sean@bbc.co.uk`, `sean [at] bbc [dot] uk`;
# not `@seanseddon`.
_AT, _DOT = r"(?:@|\s?[\[({]\s?at\s?[\])}]\s?)", r"(?:\.|\s?[\[({]\s?dot\s?[\])}]\s?)"
_MAIL = (
    r"(?:\be-?mail(?:\s(?:the\s)?\w{2,10})?(?:\sat)?:?\s+)?(?:mailto:)?"
    rf"<?(?:mailto:)?(?<![\w.+'’-])[\w.+'’-]{{1,64}}{_AT}[\w-]{{1,63}}(?:{_DOT}[\w-]{{1,63}})+>?"
)
MAIL = re.compile(_MAIL, re.IGNORECASE)
MAIL_NAMED = re.compile(rf"{_MAIL}\s*\(([^()@]+)\)", re.IGNORECASE)  # of RSS: `sean@bbc.co.uk (Sean Seddon)`
# What is left of brackets around an address.
EMPTY = re.compile(r"\([\s,;|/]*\)|\[[\s,;|/]*\]|<\s*>")
MAIL_LINK = re.compile(r"\[([^\[\]]*)\]\(mailto:[^()]*\)", re.IGNORECASE)
# Matches `(Political editor)`, `sean@bbc.co.uk`, `@seanseddon`, `https://...`, `& 2 more`, `et al.`.
NOT_A_NAME = re.compile(
    rf"\([^()]*\)|{_MAIL}"
    r"|(?<!\w)@\w+|https?://\S+"
    r"|(?:&|\band\b|\+)\s*(?:\d+\s+)?(?:more|others)\b|\bet al\b\.?",
    re.IGNORECASE,
)
# `、` and `，` of Chinese, `،` and `؛` of Arabic.
SEPARATORS = re.compile(r"\s*[;；、，،؛]\s*|\s+/\s+|\s*\|\s*|\s+·\s+")
AND = re.compile(r"(?:,\s*|\s+)(?:and|&|with|und|et|y|e|en|och|og|i|ve|и|і|та|και)\s+", re.IGNORECASE)
# Matches `editing by Tom Reed`, `Photographs by Eva Berg`: others than those who wrote.
NO_WRITER = re.compile(
    r"(?:(?:edit|translat|photograph|illustrat|fact[- ]check)\w*|photos?|pictures|produced|compiled)"
    r"(?: \w+){0,2} by\b.*",
    re.IGNORECASE,
)
# Matches `, Jane Doe`; must not match the comma of `Seddon, Sean` or `Smith, Jr.`.
COMMA = re.compile(r",\s*(?=[^\W\d_a-z][\w.'’-]*\s+\S)")
# Matches `Rossi, Marco`, `van der Berg, Jan P.`; must not match `Ann Lee, Kyiv`, `AP, Kyiv`, `Lee, BBC`.
SURNAME_FIRST = re.compile(
    r"((?:[a-z]{1,3} ){0,2}(?:[^\W\d_]['’])?[^\W\d_]+(?:-[^\W\d_]+)*),"
    r" ([^\W\d_][\w'’-]*\w(?: (?:[^\W\d_]\.|[^\W\d_][\w'’-]*\w))?)"
)
SUFFIXES = frozenset({"jr", "sr", "ii", "iii", "iv", "phd", "md", "mp", "esq"})
DASH = re.compile(r"\s+[—–-]\s+")
# Matches `Tom Reed`, `Eva van der Berg`; not `CTO and Founder, Ship & Co`, `Reuters`, `director`.
PERSON = re.compile(r"[^\W\d_a-z][\w.'’-]*(?:\s+(?!and\b)[\w.'’-]+){0,3}\s+[^\W\d_a-z][\w.'’-]*")
YEAR = re.compile(r"\b(?:19|20)\d\d\b")  # what has one and is no whole date is no name either
_MONTH = "|".join(sorted(map(re.escape, MONTHS), key=len, reverse=True))
_WEEKDAY = "|".join(sorted(map(re.escape, WEEKDAYS), key=len, reverse=True))
# Matches `, 16 October 2025`, ` - Thursday, Oct 16, 2025, 10:15 BST`, `, 2025`; not `October 2025 Trio`.
DATE = re.compile(
    rf"""(?:(?:^|[,\s])\s*(?:[—–-]\s+)?(?:(?:updated|published|posted)(?:\son)?:?\s+)?(?:(?:{_WEEKDAY})\.?,?\s+)?
      (?:\d{{1,2}}(?:st|nd|rd|th|er|\.)?\s+(?:of\s+|de\s+)?(?:{_MONTH})\.?,?\s+(?:de\s+)?(?:19|20)\d\d
        |(?:{_MONTH})\.?\s+(?:\d{{1,2}}(?:st|nd|rd|th)?,?\s+)?(?:19|20)\d\d
        |(?:19|20)\d\d-\d\d-\d\d|\d{{1,2}}[./-]\d{{1,2}}[./-](?:19|20)\d\d)
      |(?:^|,|\s[—–-])\s*(?:19|20)\d\d)
    (?:(?:T|,?\s+(?:at\s+)?)\d{{1,2}}[:.]\d\d\S*(?:\s+[ap]\.?m\b\.?)?(?:\s+[A-Z]{{3,4}}\b)?)?
    (?=\s*(?:$|,|[—–]|-\s))""",
    re.VERBOSE | re.IGNORECASE,
)
_OUR = r"our\b[^,;]*\b(?:correspondents?|reporters?|staff|writers?|desk|editors?)"
OUR_MAN = re.compile(_OUR, re.IGNORECASE)
OUR_MAN_NAMED = re.compile(rf"(?i:{_OUR})[,:]?\s+(?=[^\W\d_a-z])")
MAX_WORDS = 5  # in lower case, in a name: `van der Berg` has two
# Matches ` in Kyiv`, ` reporting from Washington`; not `in` inside a name.
PLACE = re.compile(r"\s+(?:reporting\s+)?(?:in|from|at)\s+[A-Z][\w .'’-]*$")

BODIES = re.compile(
    r"\b(?:ministry|department|office|embassy|council|committee|institute|cent(?:re|er)|agency|bureau"
    r"|university|commission|association|secretariat|foundation|mission|service|board|union)\b",
    re.IGNORECASE,
)
ROLES = re.compile(
    r".*\b(?:correspondents?|editors?|reporters?|writers?|journalists?|staff|analysts?|columnists?|producers?"
    r"|bureau chief|news|world service|political unit|contributors?)$",
    re.IGNORECASE,
)
PLACEHOLDERS = frozenset(
    {
        "admin", "administrator", "agencies", "anon", "anonymous", "author", "by", "correspondent", "editor",
        "editorial", "editorial staff", "editorial team", "n/a", "na", "news agencies", "news desk",
        "news editor", "newsdesk", "newsroom", "no author", "none", "null", "our correspondent",
        "our reporter", "our staff", "root", "staff", "staff correspondent", "staff report", "staff reporter",
        "staff writer", "staff writers", "unknown", "web desk", "web editor", "webdesk", "webmaster",
    }
)  # fmt: skip
MAX_NAME = 200  # what the database holds
MAX_MAIL = 150  # characters of a line that is an address


@functools.lru_cache(maxsize=1_000)  # the same people write every day
def read_byline(printed: str) -> tuple[str, ...]:
    """Return the names in a byline, in order, each once.

    ``BySean Seddon`` gives ``("Sean Seddon",)``; ``Sean Seddon and Jane Doe in Kyiv`` two names; ``Staff
    Writer`` none; ``AP`` itself, for a wire is its own author.
    """
    names: dict[str, None] = {}
    parts = SEPARATORS.split(_plain(printed))
    if len(parts) > 1 and all(map(SURNAME_FIRST.fullmatch, parts)):
        parts = [_given_name_first(part) for part in parts]  # `Lee, Ann; Reed, Tom`
    for number, part in enumerate(parts):
        for name in _split(_undescribed(_undated(_unowned(part), is_first=number == 0))):
            if name := _name(name):
                names[name] = None
    known = [name for name in names if not outlet_named(name)]
    return tuple(known or names)


def read_bylines(printed: Iterable[str], *, is_list: bool = False) -> tuple[str, ...]:
    """Return the names in several bylines, in order, each once.

    Of a list in the front matter (``is_list``) an entry like ``Rossi, Marco`` is one person.
    """
    lines = map(_given_name_first, printed) if is_list else printed
    return tuple(dict.fromkeys(name for text in lines for name in read_byline(text)))


def _given_name_first(entry: str) -> str:
    """Return ``Marco Rossi`` of ``Rossi, Marco``, and anything else as it is."""
    found = SURNAME_FIRST.fullmatch(_plain(entry))
    return f"{found[2]} {found[1]}" if found and all(map(_may_be_personal, found.groups())) else entry


def _may_be_personal(text: str) -> bool:
    is_name = text.split()[-1][0].isupper() and not text.isupper()
    return is_name and text.lower() not in PLACEHOLDERS | SUFFIXES and not names_no_person(text)


def names_no_person(name: str) -> bool:
    """Return whether a name of a byline is an outlet's, a body's or a role's: ``Foreign Ministry``."""
    return bool(outlet_named(name) or BODIES.search(name) or ROLES.fullmatch(name))


def without_mail(printed: str) -> str:
    """Return a byline as readers may see it: as printed, but for e-mail addresses.

    ``By Ann Lee (ann@example.org)`` is shown as ``By Ann Lee``, an address alone as nothing: what stands
    before its @ is no name.
    """
    if not MAIL.search(printed):
        return printed
    text = MAIL_NAMED.sub(r"\1", MAIL_LINK.sub(r"\1", printed))
    while MAIL.search(text):  # taking one out may make another: `a@b.example@c.example`
        text = EMPTY.sub("", MAIL.sub("", text))
    text = re.sub(r"(?:\s*[,;|/])+(?=\s*(?:[,;|/]|$))", "", " ".join(text.split()))
    return re.sub(r"\s+(?=[,;])", "", text).strip(' ,;:|/–—-"')


def day_in(line: str) -> str:
    """Return the day that a line is, or that stands in a byline: of `By Ann Lee | 16 October 2025`."""
    parts = SEPARATORS.split(line) if is_byline(line) else [line]
    return next((part for part in parts if YEAR.search(part) and _is_day(part)), "")


def _is_day(text: str) -> bool:
    try:
        date = read_date(text)
    except UndecidedError:
        return True
    except DateError:
        return False
    return date is not None and date.precision is Precision.DAY


def is_mail(line: str) -> bool:
    """Return whether a line is nothing but an e-mail address: that of the author, below a byline."""
    if len(line) > MAX_MAIL or not ("@" in line or "[" in line or "(" in line or "{" in line):
        return False
    return bool(MAIL.fullmatch(line.strip("[]()<>*_ ")))


def is_byline(line: str) -> bool:
    """Return whether a line of text is nothing but a byline: ``By Sean Seddon, BBC News``."""
    if len(line) > 120 or not BY.match(line) or line.endswith((".", "?", "!", ":")):
        return False
    names = read_byline(line)
    return bool(names) and all(1 < len(name.split()) <= 5 and name[0].isupper() for name in names)


def _plain(printed: str) -> str:
    text = html.unescape(printed)
    if "(" in text and ("@" in text or "at" in text.lower()):
        text = MAIL_NAMED.sub(r"\1", text)
    text = MARKUP.sub(lambda found: found[1] or found[2] or "", text)
    text = " ".join(NOT_A_NAME.sub(" ", text).split()).strip(" ,;|/–—-")
    return _without_by(text)


def _without_by(text: str) -> str:
    by = BY.match(text)
    return text[by.end() :].lstrip() if by else text


def _unowned(text: str) -> str:
    """Return ``Ann Lee`` of ``Our staff writer Ann Lee``, nothing of ``Our staff writers``."""
    if OUR_MAN.fullmatch(text):
        return ""
    named = OUR_MAN_NAMED.match(text)
    return text[named.end() :] if named else text


def _undated(text: str, *, is_first: bool) -> str:
    """Return a part of a byline without its dates; nothing of ``Kyiv, Jan 2026`` behind the names."""
    if not YEAR.search(text):
        return text
    rest = DATE.sub("", text).strip(" ,—–-")
    is_place = not is_first and " " not in rest and not outlet_named(rest)
    return "" if is_place else rest


def _split(text: str) -> list[str]:
    """Return the single names of a text that `;` and `/` do not divide."""
    if NO_WRITER.fullmatch(text):
        return []
    if BODIES.search(text):
        return [text]
    parts = COMMA.split(text)
    if len(parts) > 1:
        # Every part but the first may be what the person is: `Sean Seddon, BBC News, Political editor`.
        parts = [parts[0], *(part for part in parts[1:] if not (ROLES.fullmatch(part) or outlet_named(part)))]
    names = [name for part in parts for name in _at_and(part)]
    # `Ann Lee, Chief Correspondent, and Tom Reed`
    return [name for name in names if not _is_role(name)] if len(names) > 1 else names


def _is_role(name: str) -> bool:
    return bool(ROLES.fullmatch(name.strip(" ,"))) and not outlet_named(name)


def _at_and(text: str) -> list[str]:
    names = AND.split(text)
    # `Jim and Jane Doe` would lose a surname; single words are kept together, but for wires: `AP and
    # Reuters`.
    is_clear = all(" " in PLACE.sub("", name).strip() or outlet_named(name) for name in names)
    return names if is_clear else [text]


def _undescribed(text: str) -> str:
    """Return a name without what it is called after a dash: ``Ann Lee — director, Institute of Peace``."""
    name, *rest = DASH.split(text)
    is_person = bool(rest) and PERSON.fullmatch(rest[0]) and not names_no_person(rest[0])
    return name if len(rest) == 1 and " " in name and not is_person else text


def _name(text: str) -> str:
    name = text.strip(" ,;:|–—-").removeprefix("and ")
    name = _without_by(PLACE.sub("", name)).strip(' ,;:|–—"“”')
    name = name.removesuffix(" 기자")  # Korean for reporter
    name = name.strip("‘’") if name.startswith("‘") else name
    person, comma, role = name.partition(", ")
    # `Ann Lee, staff writer`; of roles with a capital letter `_split` has taken care.
    if comma and " " in person and ROLES.fullmatch(role):
        name = person
    if name.lower().rstrip(".") in PLACEHOLDERS or not any(map(str.isalpha, name)) or YEAR.search(name):
        return ""
    if sum(word[0].islower() for word in name.split()) >= MAX_WORDS and not BODIES.search(name):
        return ""  # a sentence
    if name.isupper() and " " in name and not outlet_named(name) and not BODIES.search(name):
        name = name.title()
    return name[:MAX_NAME]
