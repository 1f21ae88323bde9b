"""Which parts of two rulebooks differ, and which scores each part can move."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from assay.model.rulebook import Rulebook
from assay.rules.expressions import parse_rulebook, score_uses

_TEXTS = {"because", "rationale", "source", "title", "describes", "label", "text"}


def changed_parts(old: Rulebook, new: Rulebook) -> tuple[str, ...]:
    """Names of the parts that can move a score and are not the same, sorted.

    A rule is ``on.scorer.rule``; others are ``on.scorer.pool``, ``scale.name``, ``reach.hops`` …
    """
    before, after = parts_of(old), parts_of(new)
    return tuple(sorted(k for k in before.keys() | after.keys() if before.get(k) != after.get(k)))


def parts_of(rulebook: Rulebook) -> dict[str, Any]:
    """All that can move a score, a band, a page or a watch item, by the name of the part."""
    parts: dict[str, Any] = {}
    for scorer in rulebook.scorers:
        parts[scorer.key] = True
        parts[f"{scorer.key}.start"] = scorer.start
        parts[f"{scorer.key}.pool"] = scorer.pool.model_dump(mode="json") if scorer.pool else None
        parts[f"{scorer.key}.scale"] = scorer.scale
        for rule in scorer.rules:
            parts[f"{scorer.key}.{rule.id}"] = rule.model_dump(mode="json", exclude=_TEXTS)
    for name, bands in rulebook.scales.items():
        parts[f"scale.{name}"] = [b.model_dump(mode="json", exclude={"label"}) for b in bands]
    for name, value in rulebook.reach.model_dump(mode="json").items():
        parts[f"reach.{name}"] = value
    for watch in rulebook.watch:
        parts[f"watch.{watch.id}"] = watch.model_dump(mode="json")
    parts["settings.publish_by"] = rulebook.settings.publish_by
    parts["settings.review_after_days"] = dict(rulebook.settings.review_after_days)
    parts["audiences"] = list(rulebook.audiences)
    return parts


class Concerns:
    """The parts that differ between two rulebooks, and the scores that each of them affects."""

    def __init__(self, old: Rulebook, new: Rulebook) -> None:
        self._rulebooks = (old, new)
        self.changed = changed_parts(old, new)
        known = {f"{s.key}.{r.id}" for book in (old, new) for s in book.scorers for r in s.rules}
        self.rules = tuple(k for k in self.changed if k in known)
        self._texts = {s.key: s.model_dump_json() for book in (old, new) for s in book.scorers}
        needs: dict[str, set[str]] = {key: set() for key in self._texts}
        for book in (old, new):
            for path, node in parse_rulebook(book).expressions.items():
                if path[0] == "scorers" and "because" not in path:
                    needs[book.scorers[int(path[1])].key].update(score_uses(node))
        # Each scorer itself and every scorer whose scores it uses, directly or not.
        self._uses = {key: _closure(key, needs) for key in needs}

    def of(
        self, scorer: str, profile_id: str, acted: Mapping[str, frozenset[str]]
    ) -> tuple[str, ...]:
        """The changed parts behind a move of a profile's score, the likely ones only.

        ``acted`` gives for each changed rule the profiles where it acts differently.
        """
        key = f"profile.{scorer}"
        used = self._uses.get(key, frozenset([key]))
        mine = [k for k in self.changed if self._bears(k, key, used)]
        rules = set(self.rules)
        found = [k for k in mine if k not in rules or profile_id in acted.get(k, ())]
        return tuple(found or mine or self.changed)

    def _bears(self, part: str, key: str, used: Iterable[str]) -> bool:
        head, _, rest = part.partition(".")
        if head == "scale":
            return any(
                s.key == key and s.scale == rest for book in self._rulebooks for s in book.scorers
            )
        texts = [self._texts.get(k, "") for k in used]
        if head == "reach":
            return any("downstream" in t or "upstream" in t for t in texts)
        if part == "settings.review_after_days":
            return any("review_after_days" in t for t in texts)
        if head in ("watch", "settings"):
            return False
        if head == "audiences":
            return True
        return any(part == k or part.startswith(f"{k}.") for k in used)


def _closure(key: str, needs: Mapping[str, set[str]]) -> frozenset[str]:
    found: set[str] = set()
    waiting = [key]
    while waiting:
        here = waiting.pop()
        if here not in found:
            found.add(here)
            waiting += needs.get(here, ())
    return frozenset(found)
