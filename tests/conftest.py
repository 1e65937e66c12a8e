"""Fixtures every test may ask for."""

import os
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shared() -> Path:
    """Return the folder of shared facts beside the project; skip where it is absent, fail in CI."""
    folder = PROJECT.parent / "shared"
    if not folder.is_dir():
        if os.environ.get("CI"):
            pytest.fail("../shared is missing: in CI it must be there")
        pytest.skip("../shared is not beside this checkout")
    return folder
