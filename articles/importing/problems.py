"""What the import report says of a file: a `Notice` beside an imported one, a `ClippingError` instead."""

from __future__ import annotations

from dataclasses import dataclass

from articles.importing.crossing import Crossing
from articles.importing.troubles import Trouble


@dataclass(frozen=True, slots=True)
class Notice(Crossing):
    """Something a reader of the import report should know about a file that was imported all the same."""

    message: str
    line: int | None = None
    kind: Trouble = Trouble.OTHER


class UndecidedNotice(Notice):
    """One about a date that may be two days; the dates of the other files in the folder may settle which."""


class ClippingError(ValueError):
    """A file that cannot be imported: says what is wrong, on which line (1-based), and the remedy."""

    def __init__(self, message: str, line: int | None = None, kind: Trouble = Trouble.OTHER) -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.kind = kind

    def __reduce__(self) -> tuple[type[ClippingError], tuple[str, int | None, Trouble]]:
        """Keep all arguments when the error crosses from the worker process."""
        return type(self), (self.message, self.line, self.kind)


class UndecidedDateError(ClippingError):
    """A file whose date may be two days; the dates of the other files in the folder may settle which."""


def as_notice(error: ClippingError, line: int | None) -> Notice:
    """Return what the report says of an error, on this line."""
    kind = UndecidedNotice if isinstance(error, UndecidedDateError) else Notice
    return kind(error.message, line, error.kind)


def fault_of(error: Exception) -> Notice:
    """Return what the report says of a file that met a mistake of the program, named so that it is found."""
    message = f"could not be read because of a fault in Newsroom ({type(error).__name__}: {error})"
    return Notice(f"{message[:300]}; please report it together with the file", kind=Trouble.FAULT)
