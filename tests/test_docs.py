"""What the documents promise is there: every test that the process map names."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
NAMED = re.compile(r"`(test_\w+\.py)::(\w+)(?:::(\w+))?`")
LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#]+)(?:#[^)]*)?\)")
PAGES = sorted([*(ROOT / "docs").glob("*.md"), ROOT / "README.md"])


def files_of_tests():
    """Return every test file, by its name, which is unique in the repository."""
    found = [*ROOT.glob("addons/*/tests/test_*.py"), *ROOT.glob("tests/**/test_*.py")]
    by_name = {}
    for path in found:
        assert path.name not in by_name, f"Two test files are called {path.name}"
        by_name[path.name] = path
    return by_name


FILES = files_of_tests()


def named_in(path):
    """Return what can be named of a test file: functions, classes, their methods."""
    names = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef):
            names.add((node.name, None))
        elif isinstance(node, ast.ClassDef):
            names.add((node.name, None))
            names |= {
                (node.name, part.name)
                for part in node.body
                if isinstance(part, ast.FunctionDef)
            }
    return names


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_named_test_exists(page):
    """A row of the process map is proved by a test that is really there."""
    missing = []
    for file, owner, method in NAMED.findall(page.read_text(encoding="utf-8")):
        path = FILES.get(file)
        if path is None or (owner, method or None) not in named_in(path):
            missing.append("::".join(filter(None, (file, owner, method))))
    assert not missing


def test_the_map_names_tests():
    """The search finds what it is meant to find."""
    text = (ROOT / "docs" / "process-map.md").read_text(encoding="utf-8")
    assert len(NAMED.findall(text)) > 60


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page):
    """Pages and pictures that a page links to are in the repository."""
    links = LINK.findall(page.read_text(encoding="utf-8"))
    assert not [link for link in links if not (page.parent / link).exists()]


def test_nothing_of_the_workshop_in_the_docs():
    """Texts of the repository name no machine of ours."""
    for page in PAGES:
        assert "/work/" not in page.read_text(encoding="utf-8"), page.name
