"""Bytes to text: encoding, line ends, and the characters that no text should hold."""

from __future__ import annotations

import codecs
import functools
import re
import sys
import unicodedata

from articles.importing.problems import ClippingError, Notice
from articles.importing.troubles import Trouble

# The longer marks first: UTF-32's begins like UTF-16's.
BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

# What a byte that is not UTF-8 means in Windows-1252.  Bytes 81, 8D, 8F, 90 and 9D mean nothing there.
STRAY_BYTES = {
    0xDC00 + byte: bytes([byte]).decode("cp1252")
    for byte in range(0x80, 0x100)
    if byte not in {0x81, 0x8D, 0x8F, 0x90, 0x9D}
}
# How files begin that are no text, and what they are.
NO_TEXT = (
    (b"PK\x03\x04", "a document of an office program, or a zip"),
    (b"%PDF-", "a PDF"),
    (b"\xd0\xcf\x11\xe0", "a document of an old office program"),
    (b"{\\rtf", "a document in RTF"),
    (b"\x1f\x8b", "a packed file"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"bplist", "a web archive"),
    (b"MIME-Version:", "a web archive"),
)
# A whole page in HTML, below what a program may put above it; not a text that begins with `<p>`.
PAGE = re.compile(
    rb"\s*(?:<\?xml[^>]{0,200}>\s*)?(?:<!--.{0,500}?-->\s*)?<(?:!doctype\s+html|html|head)\b", re.I | re.S
)
EMPTY = "the file is empty; remove it or write the article into it"
SURROGATES = re.compile("[\ud800-\udfff]")
LINE_ENDS = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")

# C0, DEL, C1, noncharacters of the first plane, surrogates (a JSON escape can make one); then the direction
# controls, which show `exe.jpg` as `gpj.exe` (left-to-right marks are spelling and stay).
CONTROL = (
    "\x00-\x08\x0b-\x1f\x7f-\x9f\ufdd0-\ufdef\ufff9-\ufffb\ufffe\uffff\ud800-\udfff\u202a-\u202e\u2066-\u2069"
)
CONTROLS = re.compile(f"[{CONTROL}]")
ODD_BYTES = bytes({*range(0x20), 0x7F} - {*b"\t\n"})
# Break a name apart without showing: soft hyphen, zero-width space, word joiner, stray byte order mark, tag
# characters.  U+200C and U+200D stay: Persian and emoji are spelled with them.
UNWANTED = re.compile(f"[{CONTROL}\u00ad\u200b\u2060-\u2064\ufeff\U000e0000-\U000e007f]")
# Finds every run of nine marks, and runs of dots and dashes too; cheap, for most texts have neither.
MAYBE_MARKS = re.compile(r"[^\w\s\x00-\x7f]{9}")
MAX_MARKS = 8  # combining marks on one letter; Unicode's own limit for streams is 30


def decode(content: bytes) -> tuple[str, list[Notice]]:
    r"""Return a file's text with ``\n`` line ends, in normal form C, without control characters; and notices.

    UTF-8, or UTF-16 and UTF-32 with a byte order mark; stray bytes are read as Windows-1252 with a notice.
    Raise ClippingError for what is no text.
    """
    if not content.strip():
        raise ClippingError(EMPTY, kind=Trouble.EMPTY_FILE)
    if kind := next((kind for mark, kind in NO_TEXT if content.startswith(mark)), ""):
        raise ClippingError(f"{kind}, not a text; export the article as plain text", kind=Trouble.NOT_TEXT)
    text, notices = _decode_bytes(content)
    if not text.strip():  # a byte order mark alone, blanks in UTF-16
        raise ClippingError(EMPTY, kind=Trouble.EMPTY_FILE)
    if PAGE.match(text[:1_000].encode("utf-8", "replace")):
        message = "a whole page in HTML, not an article; save it with a clipping tool, or as plain text"
        raise ClippingError(message, 1, Trouble.NOT_TEXT)
    if text.isascii() and len(text.encode().translate(None, ODD_BYTES)) == len(text):
        return text, notices  # most texts: nothing below applies
    text = LINE_ENDS.sub("\n", text)
    if first := CONTROLS.search(text):
        count = len(CONTROLS.findall(text))
        if count > max(20, len(text) // 10):
            raise ClippingError(
                f"not a text file: {count} control characters; export it as plain text", kind=Trouble.NOT_TEXT
            )
        line = line_of(text, first.start())
        notices.append(Notice(left_out(count, first[0]), line, Trouble.CONTROL_CHARACTERS))
    return clean(text), notices


def clean(text: str) -> str:
    """Return the text in normal form C, without control, direction and invisible characters."""
    if UNWANTED.search(text):
        text = UNWANTED.sub("", text.replace("\u00ad\n", ""))
    if text.isascii():
        return text
    if MAYBE_MARKS.search(text):
        # Normalising sorts each run of marks: 1.2 s for a run of 40,000, minutes for a million.
        text = _too_many_marks().sub(r"\1", text)
    return unicodedata.normalize("NFC", text)


def left_out(count: int, first: str) -> str:
    """Return the words for control characters that are missing from a text now."""
    return f"left out {count} control character{'s' if count > 1 else ''} (U+{ord(first):04X})"


def line_of(text: str, position: int) -> int:
    """Return the number of the line, from 1, that a position of the text stands in."""
    return text.count("\n", 0, position) + 1


def _decode_bytes(content: bytes) -> tuple[str, list[Notice]]:
    for mark, encoding in BYTE_ORDER_MARKS:
        if content.startswith(mark):
            if encoding == "utf-8":
                content = content[len(mark) :]
                break
            try:
                return content[len(mark) :].decode(encoding), []
            except UnicodeDecodeError as error:
                message = f"damaged {encoding[:-3].upper()}; save it again as UTF-8"
                raise ClippingError(message, kind=Trouble.ENCODING) from error
    if content.count(0) > len(content) // 10:
        raise ClippingError(
            "not a text file, or UTF-16 without a byte order mark; save it as UTF-8", kind=Trouble.NOT_TEXT
        )
    try:
        return content.decode("utf-8"), []
    except UnicodeDecodeError:
        return _decode_stray(content)


def _decode_stray(content: bytes) -> tuple[str, list[Notice]]:
    """Return text that is UTF-8 only in part: every other byte is taken for Windows-1252."""
    text = content.decode("utf-8", "surrogateescape")
    stray = SURROGATES.findall(text)
    first = SURROGATES.search(text)
    line = line_of(text, first.start()) if first else None
    letters = sum(map(str.isalpha, text))
    if len(stray) > letters * 0.4:
        # French has one accent in 25 letters, Cyrillic in Windows-1251 nothing but such bytes.
        raise ClippingError("neither UTF-8 nor Windows-1252; save it as UTF-8", line, Trouble.ENCODING)
    text = text.translate(STRAY_BYTES)
    if unknown := SURROGATES.search(text):
        byte = ord(unknown[0]) - 0xDC00
        message = f"byte 0x{byte:02X} is neither UTF-8 nor Windows-1252; save the file as UTF-8"
        raise ClippingError(message, line_of(text, unknown.start()), Trouble.ENCODING)
    bytes_are = "1 byte is" if len(stray) == 1 else f"{len(stray)} bytes are"
    message = f"{bytes_are} not UTF-8, read as Windows-1252; check the accents, then save it as UTF-8"
    return text, [Notice(message, line, Trouble.STRAY_BYTES)]


@functools.cache
def _too_many_marks() -> re.Pattern[str]:
    """Return a pattern for the marks of one letter beyond `MAX_MARKS`, made when first needed (0.1 s)."""
    marks = "".join(chr(point) for point in range(sys.maxunicode + 1) if unicodedata.combining(chr(point)))
    return re.compile(f"([{re.escape(marks)}]{{{MAX_MARKS}}})[{re.escape(marks)}]+")
