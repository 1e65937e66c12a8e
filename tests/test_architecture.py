"""The layers of docs/architecture.md, held against the imports that the code really has."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent
APP = PROJECT / "articles"

# Longest prefix wins.  A module may import from its own layer and from lower ones.
LAYERS = {
    "articles.admin": 4,
    "articles.api": 4,
    "articles.backups": 3,
    "articles.bodies": 4,
    "articles.caching": 4,
    "articles.charts": 1,
    "articles.checks": 3,
    "articles.citations": 1,
    "articles.commands": 1,
    "articles.correcting": 3,
    "articles.curation": 3,
    "articles.days": 1,
    "articles.dyad_views": 4,
    "articles.exporting": 3,
    "articles.exports": 1,
    "articles.feeds": 4,
    "articles.filtering": 3,
    "articles.filters": 3,
    "articles.frontpage": 3,
    "articles.gazetteer": 3,
    "articles.guard": 1,
    "articles.history": 3,
    "articles.home": 4,
    "articles.importing": 1,
    "articles.importing.ahead": 3,
    "articles.importing.bulk": 3,
    "articles.importing.corrections": 3,
    "articles.importing.creating": 3,
    "articles.importing.crew": 3,
    "articles.importing.duplicates": 3,
    "articles.importing.ending": 3,
    "articles.importing.former": 3,
    "articles.importing.identity": 3,
    "articles.importing.lock": 3,
    "articles.importing.named": 3,
    "articles.importing.orders": 3,
    "articles.importing.originals": 3,
    "articles.importing.pruning": 3,
    "articles.importing.reopening": 3,
    "articles.importing.report": 3,
    "articles.importing.retrying": 3,
    "articles.importing.rewriting": 3,
    "articles.importing.run": 3,
    "articles.importing.store": 3,
    "articles.importing.suggesting": 3,
    "articles.importing.taggings": 3,
    "articles.importing.trail": 3,
    "articles.importing.undo": 3,
    "articles.importing.unmatched": 3,
    "articles.importing.watching": 3,
    "articles.languages": 3,
    "articles.limits": 4,
    "articles.lists": 3,
    "articles.lists.periods": 1,
    "articles.lists.timeline": 1,
    "articles.lists.worldmap": 1,
    "articles.management": 4,
    "articles.memory": 1,
    "articles.missing": 4,
    "articles.models": 2,
    "articles.outgoing": 4,
    "articles.phrases": 1,
    "articles.profiles": 3,
    "articles.profiles.borders": 1,
    "articles.profiles.pairs": 1,
    "articles.quality": 3,
    "articles.quality.intervals": 1,
    "articles.reader": 3,
    "articles.reader.evidence": 1,
    "articles.reader.references": 1,
    "articles.reader.sentences": 1,
    "articles.records": 3,
    "articles.records.likeness": 1,
    "articles.rendering": 1,
    "articles.review": 3,
    "articles.robots": 4,
    "articles.roles": 3,
    "articles.rules": 3,
    "articles.search.address": 1,
    "articles.search.asking": 1,
    "articles.search.background": 3,
    "articles.search.bounds": 1,
    "articles.search.box": 1,
    "articles.search.counts": 1,
    "articles.search.definite": 1,
    "articles.search.documents": 1,
    "articles.search.engine": 1,
    "articles.search.entry": 1,
    "articles.search.fields": 3,
    "articles.search.folder": 1,
    "articles.search.languages": 3,
    "articles.search.letters": 1,
    "articles.search.misspelt": 1,
    "articles.search.namebook": 1,
    "articles.search.names": 1,
    "articles.search.outbox": 3,
    "articles.search.pages": 1,
    "articles.search.query": 1,
    "articles.search.reading": 3,
    "articles.search.snippets": 1,
    "articles.search.sync": 3,
    "articles.search.typed": 1,
    "articles.search.upkeep": 3,
    "articles.search.vocabulary": 1,
    "articles.search.wording": 1,
    "articles.sitemap": 4,
    "articles.styleguide": 4,
    "articles.suggested": 3,
    "articles.tagging": 1,
    "articles.tasks": 4,
    "articles.templatetags": 4,
    "articles.typeahead": 4,
    "articles.uploads": 3,
    "articles.urls": 4,
    "articles.verification": 3,
    "articles.views": 4,
    "articles.working": 3,
}
FREE = {"articles", "articles.search", "articles.apps"}  # empty packages and Django's own entry
STRANGERS = [("articles.importing", "articles.tagging"), ("articles.tagging", "articles.importing")]


def module_name(path: Path) -> str:
    parts = path.relative_to(PROJECT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def modules() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(APP.rglob("*.py")):
        if "migrations" not in path.parts:
            yield module_name(path), ast.parse(path.read_text(encoding="utf-8"))


def imports(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            assert node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def layer(module: str) -> int | None:
    while module:
        if module in LAYERS:
            return LAYERS[module]
        module = module.rpartition(".")[0]
    return None


def printed_layers() -> dict[str, int]:
    """Return the table of docs/architecture.md: the layer of each module that it names."""
    text = (PROJECT / "docs" / "architecture.md").read_text(encoding="utf-8")
    table = text.partition("## Layers")[2].partition("```text\n")[2].partition("```")[0]
    printed: dict[str, int] = {}
    for rows in re.split(r"^(?=\d  )", table, flags=re.MULTILINE)[1:]:
        number, names = int(rows[0]), re.sub(r" {8,}.*", "", rows[1:], flags=re.MULTILINE)  # but for remarks
        for name in re.findall(r"[\w.]+(?:\{[^}]*\})?", names):
            package, _, parts = name.partition("{")
            printed |= {f"articles.{package}{part}": number for part in re.findall(r"\w+", parts) or [""]}
    return printed


def printed_packages() -> dict[str, list[str]]:
    """Return the table of packages of docs/architecture.md: the modules that each says to begin with."""
    text = (PROJECT / "docs" / "architecture.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)/` \|.*\| ([^|]*) \|$", text, flags=re.MULTILINE)
    return {package: re.findall(r"`(\w+)`", modules) for package, modules in rows}


def in_package(module: str, package: str) -> bool:
    return module == package or module.startswith(package + ".")


def test_every_module_has_a_layer():
    homeless = [name for name, _ in modules() if name not in FREE and layer(name) is None]

    assert homeless == []


def test_the_printed_table_of_layers_is_this_one():
    """Of the importing package, the table names the main ones of the core, and all others."""
    printed = printed_layers()
    names = {name for name, _ in modules()}

    assert {name: number for name, number in printed.items() if layer(name) != number} == {}
    assert set(printed) - names == set()
    assert set(LAYERS) - set(printed) == {"articles.importing"}


def test_the_table_of_packages_names_each_with_modules_to_begin_with():
    of_django = {"management", "migrations", "models", "templatetags"}
    packages = {path.parent.name for path in APP.glob("*/__init__.py")} - of_django
    printed = printed_packages()

    assert set(printed) == packages
    assert [
        f"{package}/{module}"
        for package, modules in printed.items()
        for module in modules
        if not (APP / package / f"{module}.py").exists()
    ] == []


def test_nothing_is_imported_from_a_higher_layer():
    upward = [
        f"{name} imports {target}"
        for name, tree in modules()
        for target in imports(tree)
        if (own := layer(name)) and (other := layer(target)) and other > own
    ]

    assert upward == []


def test_the_core_does_not_import_django():
    impure = [
        f"{name} imports {target}"
        for name, tree in modules()
        if layer(name) == 1
        for target in imports(tree)
        if in_package(target, "django") or in_package(target, "newsroom")
    ]

    assert impure == []


def test_importing_and_tagging_do_not_know_each_other():
    acquainted = [
        f"{name} imports {target}"
        for name, tree in modules()
        if layer(name) == 1
        for target in imports(tree)
        for one, other in STRANGERS
        if in_package(name, one) and in_package(target, other)
    ]

    assert acquainted == []


def test_a_process_that_tags_loads_nothing_of_importing():
    """What a module imports imports more: it once cost a third of the time until a tagger stands."""
    command = [sys.executable, "-c", "import sys, articles.tagging; print(*sys.modules)"]
    loaded = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True).stdout.split()
    others = {
        name for name in loaded if name.startswith("articles.") and not in_package(name, "articles.tagging")
    }

    assert others == {"articles.search", "articles.search.definite"}


def test_only_the_engine_and_its_parts_know_tantivy():
    users = {name for name, tree in modules() for target in imports(tree) if in_package(target, "tantivy")}

    parts = ("asking", "counts", "documents", "engine", "pages")
    assert users == {f"articles.search.{part}" for part in parts}


def test_no_import_hides_in_a_function():
    hidden = [
        f"{name}:{statement.lineno}"
        for name, tree in modules()
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for statement in ast.walk(function)
        if isinstance(statement, ast.Import | ast.ImportFrom)
    ]

    assert hidden == []


@pytest.mark.parametrize("size", [450])
def test_no_module_outgrows_its_reader(size):
    long = [name for name, _ in modules() if line_count(name) > size]

    assert long == []


def line_count(name: str) -> int:
    path = PROJECT / Path(*name.split("."))
    path = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    return len(path.read_text(encoding="utf-8").splitlines())


def test_the_core_runs_without_django():
    core = sorted(name for name, _ in modules() if layer(name) == 1)
    program = (
        f"import importlib, sys\nfor name in {core!r}: importlib.import_module(name)\n"
        "print([name for name in sys.modules if name.split('.')[0] == 'django'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=PROJECT, capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "[]"


def test_the_top_level_is_the_design_card():
    card = {"manage.py", "pyproject.toml", "newsroom", "articles", "templates", "static", "seeds", "tests"}
    roots = {"README.md", "Makefile", "LICENSE", "CHANGELOG.md", "CONTRIBUTING.md", "docs", "benchmarks",
             "requirements", ".python-version", ".ci"}  # fmt: skip

    assert {name for name in card | roots if not (PROJECT / name).exists()} == set()
