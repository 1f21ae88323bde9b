"""Generated workspaces: the same from the same seed, sound, and of the shapes they promise."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from benchmarks.generate import Shape, tables, write_documents

from tests.package import Workspace, load_workspace, read_tables, write_tables

SHAPE = Shape(400, missing=0.1, retold=0.5, grounded=0.2, seed=3)


def test_tables_are_sound_and_the_same_from_the_same_seed(tmp_path: Path) -> None:
    made, again = tables(SHAPE, reach_hops=2), tables(SHAPE, reach_hops=2)
    write_tables(made, tmp_path)
    read = read_tables(tmp_path)
    for space, frame in made.frames.items():
        assert frame.equals(again.frames[space])
        assert frame.equals(read.frames[space])


def test_a_few_reports_are_retold_by_most() -> None:
    frames = tables(SHAPE).frames
    root, cited = frames["root"], frames["citation"]
    retold = cited["source.id"].gather(root["root_row"])
    assert set(cited["directness"].gather(root["citation_row"])) == {"secondary"}
    most = np.sort(retold.value_counts()["count"].to_numpy())[::-1]
    assert most[: len(most) // 4].sum() > len(retold) / 2
    assert cited["owner_row"].gather(root["root_row"]).null_count() == len(retold)


def test_judgements_rest_on_claims_of_other_profiles() -> None:
    frames = tables(SHAPE).frames
    ground, claims = frames["ground"], frames["claim"]
    assert 40 < ground.height < 120
    assert (ground["claim_row"] != ground["ground_row"]).all()
    assert set(claims["nature"].gather(ground["claim_row"])) == {"judgement"}


def test_documents_are_sound_with_shared_origins_and_gaps(tmp_path: Path) -> None:
    write_documents(SHAPE, tmp_path)
    loaded = load_workspace(Workspace(tmp_path))
    assert loaded.errors == ()
    cites = [c for source in loaded.corpus.sources.values() for c in source.cites]
    assert len(cites) > len(set(cites)) > 10
    regions = [p.region for p in loaded.corpus.profiles.values()]
    assert 0 < regions.count(None) < len(regions) // 4
    degrees = np.bincount(
        [int(e.on.partition("-")[2]) for p in loaded.corpus.profiles.values() for e in p.depends_on]
    )
    assert degrees[:40].sum() > degrees[-40:].sum() * 3
