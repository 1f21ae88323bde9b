"""Frames that are kept as bytes are read when somebody asks, and only then."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.tables.packed import Frames, Packed, held, pack, unpack

FRAMES = {
    "numbers": pl.DataFrame({"a": [1, None, 3], "b": [True, False, None]}),
    "words": pl.DataFrame({"w": pl.Series(["x", "y", None], dtype=pl.Enum(["x", "y"]))}),
    "none": pl.DataFrame(schema={"a": pl.Int64, "topics": pl.List(pl.String)}),
}


def test_what_was_packed_is_what_is_unpacked() -> None:
    head, frames = unpack(pack({"state": "s", "days": (1, 2)}, FRAMES))
    assert (head["state"], head["days"]) == ("s", [1, 2])
    assert list(frames) == list(FRAMES)
    for name, frame in FRAMES.items():
        assert frames[name].equals(frame)
        assert frames[name].schema == frame.schema


@given(st.lists(st.lists(st.one_of(st.none(), st.text(), st.just("é\0")), max_size=5), max_size=4))
def test_any_texts_are_kept(columns: list[list[str | None]]) -> None:
    given_frames = {
        str(n): pl.DataFrame({"t": pl.Series(texts, dtype=pl.String)})
        for n, texts in enumerate(columns)
    }
    _, frames = unpack(pack({}, given_frames))
    assert {n: f["t"].to_list() for n, f in frames.items()} == {
        str(n): texts for n, texts in enumerate(columns)
    }


def test_only_what_is_asked_for_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    _, frames = unpack(pack({}, FRAMES))
    read: list[int] = []
    plain = pl.read_ipc_stream

    def counting(data: bytes) -> pl.DataFrame:
        read.append(len(data))
        return plain(data)

    monkeypatch.setattr(pl, "read_ipc_stream", counting)
    assert [f.height for f in frames.held.values()] == [3, 3, 0]
    assert read == []
    beside = Frames({**held(frames), "more": FRAMES["numbers"]})
    assert beside["numbers"].equals(FRAMES["numbers"])
    assert frames["numbers"] is beside["numbers"]
    assert len(read) == 1


def test_what_is_packed_stays_as_it_is() -> None:
    _, frames = unpack(pack({}, FRAMES))
    changed = {**frames.held, "numbers": FRAMES["numbers"].head(1)}
    _, again = unpack(pack({}, changed))
    words, kept = again.held["words"], frames.held["words"]
    assert isinstance(words, Packed)
    assert isinstance(kept, Packed)
    assert words.data == kept.data
    assert again["numbers"].height == 1
