"""Frames in one run of bytes, each read when somebody asks for it."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

import polars as pl

_LENGTH = 8


class Packed:
    """A frame as the bytes of an Arrow stream."""

    def __init__(self, data: bytes, height: int) -> None:
        self.data = data
        self.height = height

    @cached_property
    def frame(self) -> pl.DataFrame:
        # A stream is read at once; a file of the same format would be planned as a query.
        return pl.read_ipc_stream(self.data)


class Frames(Mapping[str, pl.DataFrame]):
    """Frames by name; of those that are packed only the ones that somebody asks for are read."""

    def __init__(self, held: Mapping[str, pl.DataFrame | Packed]) -> None:
        self.held = held

    def __getitem__(self, name: str) -> pl.DataFrame:
        held = self.held[name]
        return held.frame if isinstance(held, Packed) else held

    def __iter__(self) -> Iterator[str]:
        return iter(self.held)

    def __len__(self) -> int:
        return len(self.held)


Held = Mapping[str, pl.DataFrame | Packed]


def held(frames: Mapping[str, pl.DataFrame]) -> Held:
    """The frames, packed where they are."""
    return frames.held if isinstance(frames, Frames) else frames


def pack(head: Mapping[str, Any], frames: Held) -> bytes:
    """``head`` and the frames as one run of bytes; what is packed already stays as it is."""
    parts = {n: f if isinstance(f, Packed) else _packed(f) for n, f in frames.items()}
    told = {**head, "frames": [[n, p.height, len(p.data)] for n, p in parts.items()]}
    first = json.dumps(told).encode()
    return b"".join(
        [len(first).to_bytes(_LENGTH, "little"), first, *(p.data for p in parts.values())]
    )


def _packed(frame: pl.DataFrame) -> Packed:
    buffer = io.BytesIO()
    frame.write_ipc_stream(buffer, compression="lz4")
    return Packed(buffer.getvalue(), frame.height)


def unpack(body: bytes) -> tuple[dict[str, Any], Frames]:
    """The head and the frames that :func:`pack` made bytes of."""
    at = _LENGTH + int.from_bytes(body[:_LENGTH], "little")
    head = json.loads(body[_LENGTH:at])
    frames = {}
    for name, height, size in head["frames"]:
        frames[name] = Packed(body[at : at + size], height)
        at += size
    return head, Frames(frames)
