"""The site for programs: briefings as JSON and CSV, linked data, preview cards, the map."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from assay.briefing import wording
from assay.briefing.atlas import (
    CARD,
    DATA,
    Atlas,
    path_of,
)
from assay.briefing.changes import corrections_of, moves, rewordings_of
from assay.briefing.ratings import rating_line
from assay.briefing.sheet import claim_badge, headline_badge, profile_badge
from assay.briefing.sources import publisher_name
from assay.briefing.views import Imprint, PageHead
from assay.model.documents import AnyProfile, Claim, Event, Institution, Source
from assay.model.identifiers import Identifiers
from assay.model.rulebook import Scorer
from assay.sheets.files import to_cell

JSON, CSV = "data/briefings.json", "data/briefings.csv"
_CARD_WIDTH, _CARD_LINES = 30, 4
_HTML = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"})

Data = dict[str, Any]


def profile_data(atlas: Atlas, profile: AnyProfile, imprint: Imprint) -> Data:
    """A briefing as its page shows it; what is not known is left out."""
    result = atlas.results[profile.id]
    horizon = result.outlook.horizon
    claims = atlas.claims(profile)
    data: Data = {
        **_head(atlas, profile, imprint),
        "aliases": list(profile.aliases),
        "summary": [s.text for s in profile.summary],
        "claims": [_claim(atlas, profile, claim) for claim in claims],
        "sources": [_source(atlas, source) for source in atlas.cited(profile).values()],
        "gaps": [gap.text for gap in profile.gaps],
        "watch": [
            _known({"text": n.text, "due": n.due, "trigger": n.trigger})
            for n in result.outlook.watch
        ],
        "factors": [
            _known({"factor": f.factor, "is": f.is_, "text": f.text}) for f in profile.factors
        ],
        "signals": [
            {
                "signal": s.signal,
                "change": s.change,
                "horizon": s.horizon,
                "driving_force": s.driving_force,
            }
            for s in profile.signals
        ],
        "history": _history(atlas, profile),
        "corrections": [
            _known({"date": day.isoformat(), "text": row.text, "note": row.note})
            for day, row in corrections_of(atlas, profile)
        ],
        "reworded": [
            {"date": day.isoformat(), "text": row.text}
            for day, row in rewordings_of(atlas, profile)
        ],
    }
    if horizon.next is not None:
        data["next"] = {
            "date": horizon.next.written,
            "reason": horizon.next.reason,
            "text": horizon.next.text,
        }
    if horizon.closed is not None:
        data["closed"] = horizon.closed.on
    data["digest"] = imprint.digest
    return {key: value for key, value in data.items() if value not in ([], None)}


def _head(atlas: Atlas, profile: AnyProfile, imprint: Imprint) -> Data:
    """The fields that the list of all briefings has too."""
    result = atlas.results[profile.id]
    review = result.outlook.horizon.review
    base = atlas.base_url
    fields: Data = {
        "id": profile.id,
        "name": profile.name,
        "kind": profile.kind,
        "type": profile.type,
        "region": profile.region,
        "domain": profile.domain,
        "topics": list(profile.topics) or None,
        "as_of": imprint.as_of_iso,
        "rating_line": rating_line(atlas, profile),
        "draft": atlas.draft(profile.id),
        "scores": [
            _score(atlas, profile, scorer)
            for scorer in atlas.profile_scorers
            if scorer.asks(profile.kind) and scorer.name in result.scores
        ],
        "source_count": result.sources,
        "independent": result.independent,
        "review_by": review.day.isoformat() if review else None,
        "page": path_of(profile),
        "url": None if base is None else base + path_of(profile),
    }
    return _known(fields)


def _score(atlas: Atlas, profile: AnyProfile, scorer: Scorer) -> Data:
    score = atlas.results[profile.id].scores[scorer.name]
    shown = profile_badge(atlas, profile.id, scorer)
    computed = (score.band.grade if score.band else "not rated") if score.override else None
    return _known(
        {
            "score": scorer.name,
            "heading": scorer.heading,
            "rated": score.rated or score.override is not None,
            "grade": shown.word if shown.filled else None,
            "meaning": shown.meaning,
            "value": score.value,
            "provisional": True if score.provisional else None,
            "at_most": score.ceiling.grade if score.ceiling else None,
            "computed": computed,
        }
    )


def _claim(atlas: Atlas, profile: AnyProfile, claim: Claim) -> Data:
    shown = claim_badge(atlas, profile.id, claim)
    return _known(
        {
            "id": claim.id,
            "text": claim.text,
            "nature": claim.nature,
            "key": claim.key,
            "as_of": str(claim.as_of) if claim.as_of else None,
            "grade": shown.word if shown and shown.filled else None,
            "likelihood": claim.likelihood,
            "sources": [
                _known({"id": s.id, "stance": c.stance, "locator": c.locator})
                for c, s in atlas.citations(claim)
            ]
            or None,
        }
    )


def _source(atlas: Atlas, source: Source) -> Data:
    publisher = atlas.corpus.publishers.get(source.publisher or "")
    retracted = atlas.retracted(source)
    return _known(
        {
            "id": source.id,
            "title": source.title,
            "publisher": publisher_name(atlas.corpus, source) if source.publisher else None,
            "reliability": publisher.reliability if publisher else None,
            "url": source.url,
            "published": str(source.published) if source.published else None,
            "directness": source.directness,
            "retracted": retracted.isoformat() if retracted else None,
        }
    )


def _history(atlas: Atlas, profile: AnyProfile) -> list[Data]:
    scorer = atlas.headline
    found = moves(atlas, profile.id, scorer.name) if scorer else ()
    return [
        {
            "as_of": m.as_of.isoformat(),
            "recorded": m.record.at,
            "from": m.before,
            "to": m.after,
            "why": m.why,
        }
        for m in reversed(found)
    ]


def _known(fields: Data) -> Data:
    return {key: value for key, value in fields.items() if value is not None}


def to_json(data: object) -> bytes:
    """The data with a line for each value."""
    return (json.dumps(data, ensure_ascii=False, indent=1) + "\n").encode()


def profile_json(atlas: Atlas, profile: AnyProfile, imprint: Imprint) -> bytes:
    """The file of one briefing."""
    return to_json(profile_data(atlas, profile, imprint))


def briefings_json(atlas: Atlas, imprint: Imprint) -> bytes:
    """All briefings in short, each with the path of its own file."""
    profiles = atlas.published.values()
    rows = [{**_head(atlas, p, imprint), "data": path_of(p, DATA)} for p in profiles]
    data = {"title": atlas.site.title, "as_of": imprint.as_of_iso, "digest": imprint.digest}
    return to_json({**data, "briefings": rows})


def briefings_csv(atlas: Atlas, imprint: Imprint) -> bytes:
    """All briefings as a table, with a grade and a value for each score; no cell is a formula."""
    scorers = atlas.profile_scorers
    names = [
        column for s in scorers for column in ([s.name] if s.scale else []) + [f"{s.name}_value"]
    ]
    fields = ["id", "name", "kind", "type", "region", "domain", "topics", "as_of", "rating_line"]
    last = ["source_count", "independent", "review_by", "page"]
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow([*fields, *names, *last])
    for profile in atlas.published.values():
        row = _head(atlas, profile, imprint)
        row["topics"] = "; ".join(row.get("topics", ()))
        for score in row["scores"]:
            row[score["score"]] = score.get("grade", "not rated")
            row[f"{score['score']}_value"] = score.get("value")
        cells = (row.get(name) for name in (*fields, *names, *last))
        table.writerow([_cell(value) for value in cells])
    # The mark makes spreadsheets read it as UTF-8.
    return text.getvalue().encode("utf-8-sig")


def _cell(value: object) -> str:
    if value is None:
        return ""
    return to_cell(value) if isinstance(value, str) else str(value)


# Head of a page ------------------------------------------------------------------------------


def page_head(atlas: Atlas, profile: AnyProfile, imprint: Imprint) -> PageHead:
    """What the page of a profile tells programs; addresses are relative to it."""
    base = atlas.base_url
    return PageHead(
        description=rating_line(atlas, profile),
        data=f"{profile.id}.json",
        feed=f"{profile.id}.atom",
        card=None if base is None else base + path_of(profile, CARD),
        linked=_linked(atlas, profile, imprint),
    )


def _linked(atlas: Atlas, profile: AnyProfile, imprint: Imprint) -> str:
    """The briefing as linked data of schema.org, to stand in a script element."""
    base = atlas.base_url
    about: Data = {"@type": "Event" if isinstance(profile, Event) else "Organization"}
    about["name"] = profile.name
    if profile.aliases:
        about["alternateName"] = list(profile.aliases)
    if isinstance(profile, Institution) and profile.identifiers is not None:
        about |= _registered(profile.identifiers)
    if isinstance(profile, Event):
        start = profile.date or profile.from_
        if start is not None and start.precision in ("day", "month", "year"):
            about["startDate"] = str(start)
    data = {
        "@context": "https://schema.org",
        "@type": "Report",
        "headline": profile.name,
        "about": about,
        "abstract": " ".join(s.text for s in profile.summary) or None,
        "description": rating_line(atlas, profile),
        "keywords": list(profile.topics) or None,
        "url": None if base is None else base + path_of(profile),
        "dateModified": imprint.as_of_iso,
        "inLanguage": "en",
        "citation": [
            _known({"@type": "CreativeWork", "name": s.title, "url": s.url})
            for s in atlas.cited(profile).values()
        ],
    }
    return json.dumps(_known(data), ensure_ascii=False).translate(_HTML)


def _registered(identifiers: Identifiers) -> Data:
    """Identifiers of public registers as properties of schema.org."""
    known = identifiers.given()
    addresses = {
        "ror": "https://ror.org/{}",
        "wikidata": "https://www.wikidata.org/wiki/{}",
        "domain": "https://{}/",
    }
    same = [form.format(known[name]) for name, form in addresses.items() if name in known]
    return _known({"leiCode": known.get("lei"), "sameAs": same or None})


# Files ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CardView:
    """A picture of 1200 by 630 with name, grade and date; lines with their heights."""

    lines: tuple[tuple[int, str], ...]
    grade: str | None
    meaning: str | None
    tone: int
    foot: str


def card_view(atlas: Atlas, profile: AnyProfile, imprint: Imprint) -> CardView:
    """The preview card of a profile."""
    lines = wording.wrapped(profile.name, _CARD_WIDTH)
    if len(lines) > _CARD_LINES:
        rest = " ".join(lines[_CARD_LINES - 1 :])
        lines = [*lines[: _CARD_LINES - 1], wording.shortened(rest, _CARD_WIDTH)]
    shown = headline_badge(atlas, profile.id)
    return CardView(
        lines=tuple((150 + 76 * i, line) for i, line in enumerate(lines)),
        grade=shown.word if shown and shown.filled else None,
        meaning=shown.meaning if shown and shown.filled else None,
        tone=shown.tone if shown else 0,
        foot=f"{atlas.site.title} · as of {imprint.as_of}",
    )


def sitemap_addresses(base: str, paths: Iterable[str]) -> tuple[str, ...]:
    """The addresses of pages."""
    return tuple(base + ("" if path == "index.html" else path) for path in paths)


def robots(atlas: Atlas) -> bytes:
    """Search engines may read the most public site only."""
    if not atlas.is_most_public:
        return b"User-agent: *\nDisallow: /\n"
    lines = ["User-agent: *", "Allow: /"]
    if atlas.base_url is not None:
        lines.append(f"Sitemap: {atlas.base_url}sitemap.xml")
    return ("\n".join(lines) + "\n").encode()
