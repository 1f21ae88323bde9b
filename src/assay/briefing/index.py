"""The index of the site: every briefing as a row of a table, whole and by facet.

Rows are in the order of their names without regard to case, then of their ids. A page has 50 of
them. The rows are also written as data, in the same order, for ``assets/site.js``.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from typing import Any
from urllib.parse import quote

from assay.briefing import charts, paging, wording
from assay.briefing.atlas import Atlas, path_of
from assay.briefing.changes import Move, badge_of, headline_moves, since
from assay.briefing.paging import PER_PAGE, Pager
from assay.briefing.sheet import band_badge, profile_badge
from assay.briefing.story import bottom_line
from assay.briefing.views import Badge, Imprint, Link
from assay.model.dates import PartialDate
from assay.model.documents import AnyProfile
from assay.model.results import Horizon
from assay.model.rulebook import Band, Scorer
from assay.scoring.outlook import Due

PAGE, NOT_RATED = "index.html", "by/not-rated.html"
DATA = "assets/index/"
_SHARD = 500
_LINE = 110
_ITEMS = 5
_WORDS = 8
_FIELDS = ("kind", "region", "domain", "topic")
_SLUG = 80


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the table; ``key`` is also the name of its style and of its sort order."""

    key: str
    heading: str


@dataclass(frozen=True, slots=True)
class Row:
    """A briefing as a row; ``path`` leads from the top of the site, days are for sorting."""

    id: str
    path: str
    name: str
    line: str
    kind: str
    region: str
    grade: Badge | None
    change: str
    before: str
    level: Badge | None
    review: str
    review_day: str
    updated: str
    updated_day: str


@dataclass(frozen=True, slots=True)
class MoveItem:
    """A grade that changed; ``direction`` is ``up``, ``down``, or empty for a first rating."""

    badge: Badge
    direction: str
    before: str
    link: Link
    reason: str


@dataclass(frozen=True, slots=True)
class DueItem:
    """A date ahead."""

    when: str
    link: Link
    text: str


@dataclass(frozen=True, slots=True)
class Share:
    """The briefings of one grade as a part of a bar; lengths are in per cent."""

    x: str
    width: str
    middle: str
    tone: int
    text: str
    title: str
    href: str


@dataclass(frozen=True, slots=True)
class FacetList:
    """The words of one field with their pages; ``more`` leads to those without room."""

    heading: str
    links: tuple[Link, ...]
    more: Link | None = None


@dataclass(frozen=True, slots=True)
class Front:
    """The head of the first page: latest moves, next dates, spread of grades, facets."""

    first_run: str | None
    moves: tuple[MoveItem, ...]
    due: tuple[DueItem, ...]
    overdue: str | None
    spread: tuple[Share, ...]
    spread_note: str | None
    facets: tuple[FacetList, ...]


@dataclass(frozen=True, slots=True)
class IndexView:
    """A page with a table of briefings."""

    root: str
    path: str
    title: str
    heading: str
    strip: tuple[str, ...]
    caption: str
    front: Front | None
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    pager: Pager | None
    imprint: Imprint


@dataclass(frozen=True, slots=True)
class Index:
    """The rows of a site with what they are made from."""

    atlas: Atlas
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    moves: tuple[Move, ...]
    facets: dict[str, dict[str, list[int]]]
    words: dict[tuple[str, str], str]


# Facets ------------------------------------------------------------------------------------


def slug(word: str) -> str:
    """The word as a file name, in the letters of its own script.

    Words that differ only in case, spaces and punctuation share one. Symbols are kept by their
    numbers, so that C, C++ and C# do not.
    """
    text = unicodedata.normalize("NFKC", word).casefold()
    parts = []
    for character in unicodedata.normalize("NFC", text):
        kind = unicodedata.category(character)
        if kind[0] in "LNM":
            parts.append(character)
        elif kind[0] == "S" or character in "#&*%@":
            parts.append(f"-x{ord(character):x}-")
        else:
            parts.append("-")
    name = "-".join(part for part in "".join(parts).split("-") if part)
    if len(name.encode()) <= _SLUG and name:
        return name
    digest = hashlib.sha256((name or word).encode()).hexdigest()[:12]
    kept = name.encode()[: _SLUG - 13].decode(errors="ignore").rstrip("-")
    return f"{kept}-{digest}" if kept else f"x-{digest}"


def facet_path(field: str, word: str) -> str:
    """Where the page of a kind, region, domain or topic lies; of a grade by the id of its band."""
    return f"by/{field}/{slug(word)}.html"


def facet_href(field: str, word: str, root: str) -> str:
    """The address of such a page, from a page that ``root`` leads up from."""
    return root + quote(facet_path(field, word))


def _words(profile: AnyProfile, field: str) -> tuple[str, ...]:
    if field == "kind":
        return (wording.KIND[profile.kind],)
    if field == "topic":
        return tuple(dict.fromkeys(profile.topics))
    word = profile.region if field == "region" else profile.domain
    return (word,) if word else ()


# Rows --------------------------------------------------------------------------------------


def index_of(atlas: Atlas) -> Index:
    """The rows of every published profile."""
    profiles = sorted(atlas.published.values(), key=lambda p: (p.name.casefold(), p.id))
    moves = headline_moves(atlas)
    newest = next(iter(moves), None)
    last = {move.profile: move for move in reversed(moves)}
    headline, level = atlas.headline, _level(atlas)
    columns = [Column("name", "Briefing"), Column("kind", "Kind"), Column("region", "Region")]
    if headline is not None:
        columns += [Column("grade", "Grade"), Column("change", "Change")]
    if level is not None:
        columns.append(Column("level", level.heading))
    columns += [Column("review", "Next review"), Column("updated", "Updated")]
    rows = []
    facets: dict[str, dict[str, list[int]]] = {field: {} for field in (*_FIELDS, "grade")}
    spellings: dict[tuple[str, str], dict[str, int]] = {}
    for number, profile in enumerate(profiles):
        band = atlas.band(profile.id, headline) if headline else None
        direction, before = _change(atlas, profile.id, last.get(profile.id), newest)
        review, review_day = _review(atlas.results[profile.id].outlook.horizon, atlas.as_of)
        touched = atlas.changes_of(profile.id)
        updated = date.fromisoformat(touched[-1][0].as_of) if touched else None
        claim = bottom_line(profile, atlas.claims(profile))
        line = profile.summary[0].text if profile.summary else claim.text if claim else ""
        draft = atlas.draft(profile.id)
        rows.append(
            Row(
                profile.id,
                path_of(profile),
                profile.name,
                wording.shortened(f"{wording.titled(draft)}. {line}" if draft else line, _LINE),
                wording.KIND[profile.kind],
                profile.region or "",
                _badge(atlas, profile, headline),
                direction,
                before,
                _badge(atlas, profile, level),
                review,
                review_day,
                _short(updated) if updated else "",
                updated.isoformat() if updated else "",
            )
        )
        for field in _FIELDS:
            for word in _words(profile, field):
                name = slug(word)
                numbers = facets[field].setdefault(name, [])
                if not numbers or numbers[-1] != number:
                    numbers.append(number)
                spelled = spellings.setdefault((field, name), {})
                spelled[word] = spelled.get(word, 0) + 1
        facets["grade"].setdefault(band.id if band else "", []).append(number)
    words = {key: min(found, key=lambda w: (-found[w], w)) for key, found in spellings.items()}
    return Index(atlas, tuple(columns), tuple(rows), moves, facets, words)


def _level(atlas: Atlas) -> Scorer | None:
    """The first score beside the headline that has a scale."""
    return next((scorer for scorer in atlas.levels if scorer.scale), None)


def _badge(atlas: Atlas, profile: AnyProfile, scorer: Scorer | None) -> Badge | None:
    if scorer is None or not scorer.asks(profile.kind):
        return None
    return profile_badge(atlas, profile.id, scorer)


def _change(
    atlas: Atlas, profile_id: str, last: Move | None, newest: Move | None
) -> tuple[str, str]:
    """The direction of the last change of the grade in force, and the grade before it.

    A first rating is new until another apply changes grades.
    """
    headline = atlas.headline
    if headline is None or last is None or newest is None:
        return "", ""
    held = since(atlas, profile_id, headline.name)
    if held is None:
        return "", ""
    if held.direction:
        return held.direction, held.before
    return ("new" if held.first and last.record == newest.record else ""), ""


def _review(horizon: Horizon, as_of: date) -> tuple[str, str]:
    """The next review as text and as a day to sort by."""
    if horizon.closed is not None:
        end = PartialDate.parse(horizon.closed.on)
        return f"closed {wording.partial_short(end)}", "9999"
    if horizon.review is not None:
        day = horizon.review.day
        return ("now" if day <= as_of else _short(day)), day.isoformat()
    if horizon.next is not None:
        written = PartialDate.parse(horizon.next.written)
        return wording.partial_short(written), horizon.next.day.isoformat()
    return "", "9998"


def _short(day: date) -> str:
    return wording.partial_short(PartialDate.parse(day.isoformat()))


# Pages -------------------------------------------------------------------------------------


def index_pages(
    index: Index, due: Sequence[Due], imprint: Imprint
) -> Iterator[tuple[str, IndexView]]:
    """The pages of the whole index."""
    count = len(index.rows)
    strip = (wording.count(count, "briefing"), f"As of {imprint.as_of}")
    first = IndexView(
        root="",
        path=PAGE,
        title="Briefings",
        heading="Briefings",
        strip=strip,
        caption="All briefings by name",
        front=_front(index, due),
        columns=index.columns,
        rows=(),
        pager=None,
        imprint=imprint,
    )
    yield from _paged(index, first, range(count))


def facet_pages(index: Index, imprint: Imprint) -> Iterator[tuple[str, IndexView]]:
    """A table for each kind, region, domain, topic and grade."""
    for field in _FIELDS:
        for name, numbers in sorted(index.facets[field].items()):
            word = index.words[field, name]
            yield from _facet(index, numbers, facet_path(field, word), field, word, imprint)
    grades = index.facets["grade"]
    for band in _bands(index.atlas):
        if band.id in grades:
            path = facet_path("grade", band.id)
            yield from _facet(index, grades[band.id], path, "grade", _grade_name(band), imprint)
    if index.atlas.headline is not None and "" in grades:
        yield from _facet(index, grades[""], NOT_RATED, "grade", "Not rated", imprint)


def _facet(
    index: Index, numbers: Sequence[int], path: str, field: str, word: str, imprint: Imprint
) -> Iterator[tuple[str, IndexView]]:
    heading = wording.titled(word)
    count = wording.count(len(numbers), "briefing")
    first = IndexView(
        root="",
        path=path,
        title=f"{heading}, {field}",
        heading=heading,
        strip=(wording.titled(field), count, f"As of {imprint.as_of}"),
        caption=f"Briefings by name: {word}",
        front=None,
        columns=index.columns,
        rows=(),
        pager=None,
        imprint=imprint,
    )
    yield from _paged(index, first, numbers)


def _paged(
    index: Index, first: IndexView, numbers: Sequence[int]
) -> Iterator[tuple[str, IndexView]]:
    """The table cut into pages; the head of the first page stands on that page alone."""
    cut = paging.parts(numbers)
    paths = paging.paths(first.path, len(cut))
    for page, (path, shown) in enumerate(zip(paths, cut, strict=True)):
        rows = tuple(index.rows[n] for n in shown)
        columns = _varied(index.columns, rows)
        view = replace(first, root=paging.root_of(path), path=path, columns=columns, rows=rows)
        if len(paths) > 1:
            start = page * PER_PAGE
            span = f"{start + 1}–{start + len(rows)} of {len(numbers)}"
            # The script that filters the first page writes its own span.
            strip = (*first.strip, span) if page or first.front is None else first.strip
            view = replace(view, strip=strip, pager=paging.pager(paths, page))
        if page:
            view = replace(view, title=f"{first.title}, page {page + 1}", front=None)
        yield path, view


def _varied(columns: Sequence[Column], rows: Sequence[Row]) -> tuple[Column, ...]:
    """The columns whose cells are not all alike; of a single row, all that say something."""
    cells = {c.key: {_cell(row, c.key) for row in rows} for c in columns}
    if len(rows) == 1:
        return tuple(c for c in columns if cells[c.key] != {""})
    return tuple(c for c in columns if c.key == "name" or len(cells[c.key]) > 1)


def _cell(row: Row, key: str) -> str:
    value: Badge | str | None = getattr(row, key)
    text = (value.word if value else "") if isinstance(value, Badge | None) else value
    return text + row.before if key == "change" else text


# Head of the first page --------------------------------------------------------------------


def _front(index: Index, due: Sequence[Due]) -> Front:
    atlas = index.atlas
    first_run, moves = _latest(index)
    ahead = [entry for entry in due if entry.day >= atlas.as_of]
    late = len(due) - len(ahead)
    shares, note = _spread(index)
    return Front(
        first_run=first_run,
        moves=moves,
        due=tuple(_due(atlas, entry) for entry in ahead[:_ITEMS]),
        overdue=wording.count(late, "date is overdue", "dates are overdue") if late else None,
        spread=shares,
        spread_note=note,
        facets=tuple(_facet_lists(index)),
    )


def _latest(index: Index) -> tuple[str | None, tuple[MoveItem, ...]]:
    """The latest moves, first ratings last; a sentence instead if there are only those."""
    if index.moves and all(move.first for move in index.moves):
        day = wording.day(index.moves[0].as_of)
        count = wording.count(len(index.moves), "briefing has its", "briefings have their")
        return f"{count} first rating, as of {day}.", ()
    found: list[Move] = []
    for _, recorded in groupby(index.moves, key=lambda move: (move.record.at, move.record.lock)):
        found += sorted(recorded, key=lambda move: move.first)
        if len(found) >= _ITEMS:
            break
    return None, tuple(_move(index.atlas, move) for move in found[:_ITEMS])


def _move(atlas: Atlas, move: Move) -> MoveItem:
    headline = atlas.headline
    assert headline is not None
    profile = atlas.published[move.profile]
    return MoveItem(
        badge_of(headline, atlas.rulebook.bands(headline), move.after),
        move.direction,
        move.before,
        Link(profile.name, path_of(profile)),
        wording.shortened(move.why, 70),
    )


def _due(atlas: Atlas, entry: Due) -> DueItem:
    profile = atlas.published[entry.profile]
    return DueItem(
        wording.partial_short(PartialDate.parse(entry.written)),
        Link(wording.shortened(profile.name, 40), path_of(profile)),
        wording.shortened(wording.clause(entry.text), 48),
    )


def _bands(atlas: Atlas) -> tuple[Band, ...]:
    """The bands of the headline score that have pages, the highest first."""
    headline = atlas.headline
    bands = atlas.rulebook.bands(headline) if headline else ()
    return charts.ascending([band for band in bands if band.publish])[::-1]


def _grade_name(band: Band) -> str:
    alike = band.label.casefold() == band.grade.casefold()
    return band.grade if alike else f"{band.grade}: {band.label}"


def _spread(index: Index) -> tuple[tuple[Share, ...], str | None]:
    """The grades as parts of one bar, the highest first, and what its ends mean."""
    atlas = index.atlas
    if atlas.headline is None or not index.rows:
        return (), None
    bands = _bands(atlas)
    groups = [
        (
            b.grade,
            band_badge(atlas.headline, bands, b).tone,
            facet_href("grade", b.id, ""),
            numbers,
        )
        for b in bands
        if (numbers := index.facets["grade"].get(b.id))
    ]
    if numbers := index.facets["grade"].get(""):
        groups.append(("Not rated", 0, NOT_RATED, numbers))
    total = len(index.rows)
    shares = []
    done = 0
    for grade, tone, href, numbers in groups:
        start, width = done * 1000 // total, len(numbers) * 1000 // total
        text = f"{grade} {len(numbers)}"
        room = width >= 24 * len(text)
        title = f"{grade}: {wording.count(len(numbers), 'briefing')}"
        shares.append(
            Share(
                charts.share(start),
                charts.share(max(width, 4)),
                charts.share(start + width // 2),
                tone,
                text if room else grade if width >= 26 * len(grade) else "",
                title,
                href,
            )
        )
        done += len(numbers)
    note = None
    if len(bands) > 1:
        note = " ".join(f"{_grade_name(band)}." for band in (bands[0], bands[-1]))
    return tuple(shares), note


def _facet_lists(index: Index) -> Iterator[FacetList]:
    """The words of each field by number of briefings; the page of topics has them all."""
    for field in _FIELDS:
        found = index.facets[field]
        if not found or (field == "kind" and len(found) == 1):
            continue
        names = sorted(found, key=lambda name: (-len(found[name]), name))
        links = []
        for name in names[:_WORDS]:
            word = index.words[field, name]
            text = f"{wording.shortened(word, 40)} {len(found[name])}"
            links.append(Link(text, facet_href(field, word, "")))
        more = None
        if len(names) > len(links):
            more = Link(f"all {len(names)} {field}s", f"topics.html#{field}")
        yield FacetList(wording.titled(field), tuple(links), more)


# Data for the script -----------------------------------------------------------------------


def index_data(index: Index) -> Iterator[tuple[str, bytes]]:
    """The rows as JSON in files of 500, and a file with the words that they refer to."""
    kinds = _distinct(row.kind for row in index.rows)
    regions = _distinct(row.region for row in index.rows if row.region)
    grades = dict.fromkeys(band.grade for band in _bands(index.atlas))
    files = []
    for start in range(0, len(index.rows), _SHARD):
        name = f"rows-{start // _SHARD}.json"
        files.append(name)
        rows = [_data(row, kinds, regions) for row in index.rows[start : start + _SHARD]]
        yield DATA + name, as_json(rows)
    words = {
        "count": len(index.rows),
        "page": PER_PAGE,
        "files": files,
        "columns": [[c.key, c.heading] for c in _varied(index.columns, index.rows)],
        "kinds": kinds,
        "regions": regions,
        "grades": list(grades),
    }
    yield f"{DATA}words.json", as_json(words)


def _data(row: Row, kinds: list[str], regions: list[str]) -> list[Any]:
    return [
        row.name,
        row.path,
        row.line,
        kinds.index(row.kind),
        regions.index(row.region) if row.region else -1,
        [row.grade.word, row.grade.tone, row.grade.filled] if row.grade else 0,
        row.change,
        row.before,
        [row.level.word, row.level.filled, row.level.steps] if row.level else 0,
        row.review,
        row.review_day,
        row.updated,
        row.updated_day,
    ]


def _distinct(words: Iterable[str]) -> list[str]:
    return sorted(set(words), key=lambda w: (w.casefold(), w))


def as_json(value: Any) -> bytes:
    """Compact JSON with every script as it is."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
