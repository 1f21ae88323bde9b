"""The queue as one page to read offline: what is open, and the reasoning of every open profile."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from assay.briefing import wording
from assay.briefing.files import environment
from assay.briefing.views import Fact, Link
from assay.errors import UsageError
from assay.model.documents import Claim
from assay.model.results import Explanation, Step
from assay.review.decisions import MATTERS
from assay.review.matters import grade
from assay.review.packing import sheet_rows
from assay.review.queue import Group, Item, Review
from assay.review.sheets import TITLE, csv_bytes, read_sheet, xlsx_bytes
from assay.workspace.publishing import MARKER, publish

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class PackGroup:
    """What is open for one reason, with one cause."""

    heading: str
    name: str
    lines: tuple[tuple[Link, str], ...]


@dataclass(frozen=True, slots=True)
class PackScore:
    """A score with the steps that moved it: what, why, how much, where to."""

    heading: str
    result: str
    steps: tuple[tuple[str, str, str, str], ...]


@dataclass(frozen=True, slots=True)
class PackClaim:
    """A claim with its sources as facts: title and what is known of it."""

    text: str
    notes: str
    sources: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class PackProfile:
    """All that a reviewer reads about one profile."""

    id: str
    name: str
    open: tuple[tuple[str, str], ...]
    grades: tuple[Fact, ...]
    summary: str
    scores: tuple[PackScore, ...]
    claims: tuple[PackClaim, ...]


PAGE, CSV, XLSX = "review.html", f"{TITLE}.csv", f"{TITLE}.xlsx"
"""The files of a pack."""


def write_pack(review: Review, folder: Path, *, xlsx: bool = False) -> tuple[list[Path], int]:
    """Make the folder a pack, as a whole or not at all: its files, and the rows of its sheet.

    Raises ``UsageError`` where the folder holds something else or a sheet that was filled in.
    """
    _require_replaceable(folder)
    rows = list(sheet_rows(review))
    files = {PAGE: pack_page(review).encode("utf-8"), CSV: csv_bytes(rows)}
    if xlsx:
        files[XLSX] = xlsx_bytes(rows)
    publish(files.items(), folder)
    return [folder / name for name in files], len(rows)


def pack_page(review: Review) -> str:
    """The page as HTML that needs no other file and no connection."""
    queue = review.queue
    known = [i for i in queue.profiles if i in review.assessment.results]
    explained = review.assessment.explain(known)
    return (
        environment()
        .get_template("pack.html")
        .render(
            as_of=wording.day(review.assessment.as_of),
            audience=review.assessment.audience,
            groups=[_group(g) for g in queue.groups],
            profiles=[_profile(review, i, explained.get(i)) for i in queue.profiles],
        )
    )


def _group(group: Group) -> PackGroup:
    lines = tuple((Link(i.subject, f"#{i.profile}"), i.detail) for i in group.items)
    heading = MATTERS[group.matter]
    return PackGroup(f"{heading[0].upper()}{heading[1:]}", group.name, lines)


def _profile(review: Review, profile_id: str, explained: Explanation | None) -> PackProfile:
    profile = review.assessment.written.profiles[profile_id]
    seen = review.assessment.corpus.profiles.get(profile_id)
    return PackProfile(
        id=profile_id,
        name=profile.name,
        open=tuple((MATTERS[i.matter], _about(i)) for i in review.queue.of(profile_id)),
        grades=tuple(_grades(review, profile_id)),
        summary=explained.summary if explained else "",
        scores=tuple(_scores(explained)) if explained else (),
        claims=tuple(_claim(review, c) for c in (seen.claims if seen else ())),
    )


def _about(item: Item) -> str:
    return f"{item.claim}: {item.detail}" if item.claim else item.detail


def _grades(review: Review, profile_id: str) -> Iterator[Fact]:
    result = review.assessment.results.get(profile_id)
    for name, score in result.scores.items() if result else ():
        number = "" if score.points is None else f" ({wording.points(score.points)})"
        text = f"{grade(replace(score, override=None))}{number}"
        if score.override is not None:
            text += f", overridden to {score.override.band.grade} by {score.override.reviewer}"
        yield Fact(name.replace("_", " "), text)


def _scores(explained: Explanation) -> Iterator[PackScore]:
    for scorer in explained.scorers:
        steps = tuple(_step(s) for s in scorer.steps if _tells(s))
        about = "" if scorer.subject == explained.id else f" of {scorer.subject.partition('#')[2]}"
        yield PackScore(f"{scorer.name}{about}", grade(scorer.score), steps)


def _tells(step: Step) -> bool:
    return step.phase in ("start", "pool") or step.before != step.after or step.outcome == "unknown"


def _step(step: Step) -> tuple[str, str, str, str]:
    because = step.because
    if step.missing:
        because += f" (unknown: {', '.join(step.missing)})"
    amount = "?" if step.amount is None else wording.points(step.amount)
    after = "unknown" if step.after is None else wording.points(step.after)
    return (
        (f"{step.phase} {step.rule}" if step.rule != step.phase else step.phase),
        because,
        amount,
        after,
    )


def _claim(review: Review, claim: Claim) -> PackClaim:
    notes = [wording.NATURE[claim.nature].lower(), *(["key claim"] if claim.key else [])]
    sources = []
    for citation in claim.sources:
        source = review.assessment.corpus.sources.get(citation.id)
        if source is None:
            continue
        publisher = review.assessment.corpus.publishers.get(source.publisher or "")
        told = [
            citation.stance,
            source.directness or "directness unknown",
            publisher.name if publisher else "publisher unknown",
            wording.partial(source.published) if source.published else "undated",
            *([f"retracted {wording.day(source.retracted)}"] if source.retracted else []),
            *([source.url] if source.url else []),
        ]
        sources.append(Fact(source.title, " · ".join(told)))
    return PackClaim(claim.text, ", ".join(notes), tuple(sources))


def _require_replaceable(folder: Path) -> None:
    """Raise ``UsageError`` where a folder holds more than a pack that nobody has filled in."""
    if not folder.is_dir():
        return
    for path in sorted(folder.iterdir()):
        if path.name not in (PAGE, CSV, XLSX, MARKER):
            raise UsageError(
                f"{folder} holds {path.name}, which is no part of a pack; name another folder"
            )
        if path.name in (CSV, XLSX):
            decided = sum(bool(row["decision"]) for row in read_sheet(path))
            if decided:
                raise UsageError(
                    f"{path} was filled in ({decided} decided): 'assay review import {path}' takes "
                    "it back; name another folder for a new one"
                )
