"""Cleans the text of a clipping, step by step, and keeps everything it takes out."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cut:
    """Text that a cleaning step took out of the body, kept so that nothing is lost."""

    step: str
    text: str
