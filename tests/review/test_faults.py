"""Whatever goes wrong while a decision, a pack or a sheet is written, nothing is lost."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from assay.briefing.pack import pack_page
from assay.review import actions
from assay.review.packing import import_rows, sheet_rows
from assay.workspace import publishing
from tests.faults import FAULTS, at_every_call
from tests.package import (
    Decision,
    Draft,
    Subject,
    UsageError,
    append,
    aside_path,
    csv_bytes,
    publish,
    read_ledger,
    read_sheet,
    recover,
)
from tests.review.office import ANN, Office, claim, profile, source


def _flag(reason: str) -> Draft:
    return Draft(
        kind="flag",
        subjects=(Subject(profile="one"),),
        reviewer="Ann Example",
        date=date(2026, 2, 2),
        reason=reason,
    )


@pytest.mark.parametrize("start", ["no ledger", "a ledger", "a broken last line"])
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_at_any_write_leaves_the_ledger_with_or_without_the_decision(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str, start: str
) -> None:
    path = tmp_path / "reviews.jsonl"
    broken = b'{"kind": "flag", "rea'
    first: set[str] = set()
    if start != "no ledger":
        first.add(append(path, _flag("first")).id)
    kept = path.read_bytes() if first else b""
    tail = broken if start == "a broken last line" else b""
    acknowledged: list[Decision] = []

    def as_it_was() -> None:
        acknowledged.clear()
        shutil.rmtree(tmp_path / ".assay", ignore_errors=True)
        aside_path(path).unlink(missing_ok=True)
        path.unlink(missing_ok=True)
        if first:
            path.write_bytes(kept + tail)

    for done in at_every_call(
        fault, monkeypatch, as_it_was, lambda: acknowledged.append(append(path, _flag("second")))
    ):
        recover(tmp_path)
        ledger = read_ledger(path)
        assert [d for d in ledger.diagnostics if d.severity == "error"] == []
        assert {d.id for d in acknowledged} | first <= ledger.by_id.keys()
        assert len(ledger.by_id) - len(first) in ((1,) if done else (0, 1))
        assert not first or path.read_bytes().startswith(kept)
        aside = aside_path(path).read_bytes() if aside_path(path).exists() else b""
        assert tail in aside or path.read_bytes() == kept + tail or b"second" in path.read_bytes()
        # Whatever was left there, the next decision finds its place.
        again = append(path, _flag("third"))
        ledger = read_ledger(path)
        assert ledger.by_id.keys() >= first | {again.id} | {d.id for d in acknowledged}
        assert not ledger.broken_end
        if tail:
            assert aside_path(path).read_bytes().startswith(broken)
    assert done


@pytest.fixture
def flipped(office: Office) -> Office:
    for n in range(3):
        office.put(source(f"report-{n}"), profile(f"body-{n}", claim("acts", f"report-{n}")))
    office.apply()
    office.edit_rule("citation.strength.first-hand", add=0.4)
    return office


def _packed(office: Office, out: Path) -> None:
    """Pack, and raise what a command raises."""
    result = office.run("pack", "--out", str(out))
    if result.exception is not None:
        raise result.exception


def _pack_in(folder: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in folder.iterdir() if p.name != publishing.MARKER}


@pytest.mark.parametrize("swap", ["in one step", "in two steps"])
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_at_any_write_of_a_pack_leaves_the_old_pack_or_the_new(
    flipped: Office, monkeypatch: pytest.MonkeyPatch, fault: str, swap: str
) -> None:
    out = flipped.root / "out"
    _packed(flipped, out)
    old = _pack_in(out)
    flipped.decide(lambda r: actions.accept(r, ANN, ["body-2"]))
    review = flipped.review()
    new = {
        "review.html": pack_page(review).encode("utf-8"),
        "decisions.csv": csv_bytes(list(sheet_rows(review))),
    }
    assert new["review.html"] != old["review.html"]
    if swap == "in two steps":
        monkeypatch.setattr(publishing, "_exchange", lambda one, other: False)
    elif not _can_exchange(flipped.root):
        pytest.skip("this system cannot exchange two folders in one step")

    def as_it_was() -> None:
        for left in out.parent.glob(".out.staged-*"):
            shutil.rmtree(left)
        publish(old.items(), out)

    for done in at_every_call(fault, monkeypatch, as_it_was, lambda: publish(new.items(), out)):
        there = _pack_in(out)
        assert there == new if done else there in (old, new)
    assert done


def _can_exchange(folder: Path) -> bool:
    for name in ("a", "b"):
        (folder / name).mkdir()
    return publishing._exchange(folder / "a", folder / "b")


def test_a_folder_with_something_else_in_it_is_no_place_for_a_pack(flipped: Office) -> None:
    out = flipped.root / "out"
    _packed(flipped, out)
    (out / "decisions-of-ben.csv").write_text("precious", "utf-8")
    before = _pack_in(out)
    with pytest.raises(
        UsageError, match=r"holds decisions-of-ben\.csv, which is no part of a pack"
    ):
        _packed(flipped, out)
    assert _pack_in(out) == before


@pytest.mark.parametrize("fault", FAULTS)
def test_an_import_that_was_interrupted_is_finished_by_the_next(
    flipped: Office, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    out = flipped.root / "out"
    _packed(flipped, out)
    sheet = out / "decisions.csv"
    lines = sheet.read_text("utf-8-sig").splitlines()
    filled = [lines[0], *(f"{line.removesuffix(',,,,,,')},accept,,,,," for line in lines[1:])]
    sheet.write_text("\n".join(filled) + "\n", "utf-8-sig")
    ledger = flipped.ledger
    review = flipped.review()

    rows = read_sheet(sheet)
    assert [r["decision"] for r in rows] == ["accept"] * 3

    def as_it_was() -> None:
        shutil.rmtree(flipped.root / ".assay", ignore_errors=True)
        ledger.unlink(missing_ok=True)

    for _ in at_every_call(
        fault,
        monkeypatch,
        as_it_was,
        lambda: import_rows(review, rows, ANN, lambda draft: append(ledger, draft)),
    ):
        recover(flipped.root)
        written = len(read_ledger(ledger).decisions)
        rest = import_rows(
            review.again(read_ledger(ledger)), rows, ANN, lambda draft: append(ledger, draft)
        )
        assert sum(r.status == "written" for r in rest) == 3 - written
        found = read_ledger(ledger)
        assert sorted(s.profile for d in found.decisions for s in d.subjects) == [
            "body-0",
            "body-1",
            "body-2",
        ]


def test_a_sheet_that_was_filled_in_is_not_written_over(flipped: Office) -> None:
    out = flipped.root / "out"
    _packed(flipped, out)
    _packed(flipped, out)
    sheet = out / "decisions.csv"
    text = sheet.read_text("utf-8-sig")
    assert ",,,,,," in text
    sheet.write_text(text.replace(",,,,,,", ",accept,,,,,", 1), "utf-8-sig")
    before = sheet.read_bytes()
    with pytest.raises(UsageError, match="filled in"):
        _packed(flipped, out)
    assert sheet.read_bytes() == before
