"""How much of real documents is read right: per set, against what their front matter says.

    python benchmarks/ingest_table.py ../shared/data > docs/reference/ingest-coverage.md

The front matter is read here a second time, by another YAML library and without assay's code.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from assay.ingest.items import Item
from assay.ingest.run import Read, read_paths

Truth = tuple[str | None, str | None, str | None]
"""Title, day of publication and publisher; None where the document states none."""


def _front_matter(text: str) -> dict[str, Any]:
    match = re.match(r"\s*---\s*\n(.*?)\n---", text, re.DOTALL)
    if match is None:
        return {}
    try:
        return yaml.load(match[1], Loader=yaml.BaseLoader) or {}
    except yaml.YAMLError:
        return {
            m[1]: m[2].strip().strip("\"'")
            for m in re.finditer(r"^(\w+): ([^\n]*?)(?=\"\w+:|\n|\Z)", match[1], re.MULTILINE)
        }


def _given(value: Any) -> str | None:
    return " ".join(value.split()) or None if isinstance(value, str) else None


def _day(value: Any) -> str | None:
    return value[:10] if isinstance(value, str) and value else None


def _news(data: dict[str, Any], path: Path) -> Truth:
    provider = data.get("provider") or {}
    title = _given(data.get("title")) or _given(data.get("name"))
    return title, _day(data.get("publishedDateTime")), _given(provider.get("name"))


def _pages(data: dict[str, Any], path: Path) -> Truth:
    return _given(data.get("title")), _day(data.get("lastEdited")), None


def _posts(data: dict[str, Any], path: Path) -> Truth:
    outlet = next(
        (o for k in ("source", "event_organizer", "host") if (o := _given(data.get(k)))), None
    )
    return _given(data.get("title")), _day(data.get("date")) or _day(data.get("lastmod")), outlet


def _digest(data: dict[str, Any], path: Path) -> Truth:
    return _given(data.get("title")), _day(data.get("posted")) or path.name[:10], None


def _signals(data: dict[str, Any], path: Path) -> Truth:
    first = path.read_text("utf-8").split("\n", 1)[0]
    day = re.search(r"\[(\d{4})(\d\d)(\d\d)\]", first)
    title = re.search(r"__(.*)__", first)
    assert day
    assert title
    host = re.search(r"https?://([^/]+)/", first)
    return title[1], "-".join(day.groups()), host[1] if host else None


SETS: dict[str, Callable[[dict[str, Any], Path], Truth]] = {
    "futures_signals": _signals,
    "everyday_ai_news": _news,
    "everyday_powerapps_news": _news,
    "everyday_powerapps_revisions": _news,
    "everyday_powerapps_other": _news,
    "cairn_institution_pages": _pages,
    "digitalgov": _posts,
    "aiid_posts": _posts,
    "dltj_thursday_threads": _digest,
    "letsencrypt_posts": _posts,
    "letsencrypt_docs_nonlatin": _posts,
}


@dataclass
class Tally:
    """Files of a set, how many gave a source, and how many of its fields are right."""

    files: int = 0
    sources: int = 0
    title: int = 0
    date: int = 0
    publisher: int = 0
    dated: int = 0
    attributed: int = 0
    wrong: tuple[str, ...] = ()


def measure(folder: Path) -> Tally:
    """Read every file of a set and compare the first item of each with the truth."""
    tally = Tally()
    for read in read_paths([folder]):
        tally.files += 1
        if not isinstance(read, Read):
            tally.wrong += (f"{read.file}: {read.status}: {read.reason}",)
            continue
        tally.sources += 1
        path = folder.parent / read.document.name
        _compare(tally, read.items.items[0], _truth(path), read.document.name)
    return tally


def _truth(path: Path) -> Truth:
    return SETS[path.parent.name](_front_matter(path.read_text("utf-8")), path)


def _compare(tally: Tally, item: Item, truth: Truth, name: str) -> None:
    title, day, outlet = truth
    found = (item.title, str(item.published) if item.published else None, item.publisher)
    tally.dated += day is not None
    tally.attributed += outlet is not None
    for field, ours, theirs in zip(("title", "date", "publisher"), found, truth, strict=True):
        if ours == theirs or (field == "title" and title is None):
            setattr(tally, field, getattr(tally, field) + 1)
        else:
            tally.wrong += (f"{name}: {field} is {ours!r}, not {theirs!r}",)


def main() -> None:
    root = Path(sys.argv[1] if len(sys.argv) > 1 else "../shared/data")
    print("# What ingest reads of real documents\n")
    print("Made by `python benchmarks/ingest_table.py`; not edited by hand.\n")
    print(
        "A field is right where it is what the document's own front matter (or heading) says, and "
        "where both say nothing. The last two columns count the documents that state a date and a "
        "publisher at all.\n"
    )
    print(
        "| set | files | gave a source | title right | date right | publisher right "
        "| state a date | state a publisher |"
    )
    print("|---|---:|---:|---:|---:|---:|---:|---:|")
    total = Tally()
    for name in SETS:
        tally = measure((root / name).resolve())
        _row(name, tally)
        for field in ("files", "sources", "title", "date", "publisher", "dated", "attributed"):
            setattr(total, field, getattr(total, field) + getattr(tally, field))
        total.wrong += tally.wrong
    _row("**all**", total)
    if total.wrong:
        print("\nWhat differs:\n")
        for line in total.wrong:
            print(f"- {line}")


def _row(name: str, tally: Tally) -> None:
    cells = (
        tally.files,
        tally.sources,
        tally.title,
        tally.date,
        tally.publisher,
        tally.dated,
        tally.attributed,
    )
    print(f"| {name} | " + " | ".join(map(str, cells)) + " |")


if __name__ == "__main__":
    main()
