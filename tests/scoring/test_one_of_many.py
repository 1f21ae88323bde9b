"""One profile asked for alone is told as it is told among all others, and from less."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

from hypothesis import given, settings

from assay.model.corpus import Corpus
from assay.model.deferred import Deferred
from assay.pipeline import Desk, assess, check
from assay.workspace import Workspace
from tests.strategies import ROOT, corpora, desk_of

DAY = date(2026, 1, 15)


@settings(max_examples=4)
@given(corpora())
def test_one_is_told_as_among_all(corpus: Corpus) -> None:
    every = desk_of(corpus)
    ids = list(every.run.profile_rows)
    explained, results = every.explain(ids), every.results
    for profile_id in ids:
        alone = desk_of(corpus)
        assert alone.explain([profile_id]) == {profile_id: explained[profile_id]}
        assert alone.results_of([profile_id]) == {profile_id: results[profile_id]}


def desk_in(root: Path) -> Desk:
    return assess(check(Workspace(root)), DAY)


def was_read(desk: Desk) -> bool:
    profiles = desk.corpus.profiles
    return not isinstance(profiles, Deferred) or profiles.is_made


def test_of_a_workspace_read_before_only_what_is_asked_for_is_read(tmp_path: Path) -> None:
    for name in ("profiles", "rules.yaml"):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, tmp_path / name)
    first = desk_in(tmp_path)
    ids = list(first.run.profile_rows)
    explained, results = first.explain(ids), first.results
    for profile_id in ids:
        alone = desk_in(tmp_path)
        assert alone.explain([profile_id])[profile_id] == explained[profile_id]
        assert alone.results_of([profile_id])[profile_id] == results[profile_id]
        assert not was_read(alone)
