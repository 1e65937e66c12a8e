#!/usr/bin/env python
"""Django's command line for Newsroom."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line
from django.db.utils import OperationalError, ProgrammingError

from articles.commands import manage


def main() -> None:
    """Run the command; what the person at the terminal can mend ends in one sentence, not a traceback."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsroom.settings")
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(f"newsroom cannot start: {error}")
    except (OperationalError, ProgrammingError) as error:
        if not any(
            words in str(error)
            for words in ("no such table", "does not exist", "connection", "unable to open")
        ):
            raise
        sys.exit(
            f"the database cannot be used: {str(error).strip()}; check DATABASE_URL and NEWSROOM_DATA, "
            f"and make its tables with: {manage('migrate')}"
        )


if __name__ == "__main__":
    main()
