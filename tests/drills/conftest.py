"""The filled office of the drills, built once, and a copy of it for each."""

import shutil
from dataclasses import dataclass

import pytest

from tests.drills import sites


@dataclass(frozen=True)
class Office:
    """The filled office and who is who in it."""

    site: sites.Site
    due: frozenset[str]
    held: frozenset[str]
    stay: frozenset[str]
    spare: frozenset[str]
    asked: frozenset[str]


@pytest.fixture(scope="session")
def office(tmp_path_factory, migrated):
    with sites.fresh(tmp_path_factory.mktemp("drill") / "office") as site:
        if not sites.server():  # its own way from nothing would take as long as a drill
            shutil.copytree(migrated, site.folder, dirs_exist_ok=True)
        who = site.tell("fill")
        yield Office(site, *(frozenset(who[group]) for group in ("due", "held", "stay", "spare", "asked")))


@pytest.fixture
def copy(office, tmp_path):
    with sites.fresh(tmp_path / "copy", like=office.site) as site:
        yield site
