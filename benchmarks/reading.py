"""How well figures and names are found in sentences that were read by hand.

    python benchmarks/reading.py

Prints precision and recall over ``tests/evidence/labelled/sentences.yaml``, and what differs.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from assay.evidence.entities import Names
from assay.evidence.quantities import Figure, figures

LABELLED = Path(__file__).parents[1] / "tests" / "evidence" / "labelled" / "sentences.yaml"


@dataclass
class Count:
    """What was found and is there, what was found and is not, what is there and was not found."""

    right: int = 0
    false: int = 0
    missed: int = 0
    wrong: list[str] = field(default_factory=list)

    @property
    def precision(self) -> float:
        return self.right / (self.right + self.false)

    @property
    def recall(self) -> float:
        return self.right / (self.right + self.missed)


def labelled() -> dict[str, Any]:
    return yaml.safe_load(LABELLED.read_text("utf-8"))


def _agrees(figure: Figure, label: list[Any]) -> bool:
    low, high, unit, qualifier = float(label[0]), float(label[1]), label[2], label[3]
    if abs(figure.low - low) > 1e-3 * max(abs(low), 1e-9) or abs(figure.high - high) > 1e-3 * max(
        abs(high), 1e-9
    ):
        return False
    if figure.qualifier != qualifier:
        return False
    if unit is None:
        return True
    found = (figure.unit or "").lower()
    return found == unit.lower() or all(w in found.split() for w in unit.lower().split())


def count_figures() -> Count:
    """A figure is right where its values, its unit and its qualifier are."""
    count = Count()
    for entry in labelled()["sentences"]:
        wanted = list(entry.get("figures", []))
        for figure in figures(entry["text"]):
            label = next((w for w in wanted if _agrees(figure, w)), None)
            if label is None:
                count.false += 1
                count.wrong.append(f"not there: {figure} in {entry['text']}")
            else:
                wanted.remove(label)
                count.right += 1
        count.missed += len(wanted)
        count.wrong += [f"missed: {w} in {entry['text']}" for w in wanted]
    return count


def count_names() -> Count:
    """A name is right where its ids are; an ambiguous one has all that it may be."""
    data = labelled()
    names = Names((name, id_) for id_, names in data["names"].items() for name in names)
    count = Count()
    for entry in data["sentences"]:
        wanted = Counter(entry.get("names", []))
        found = Counter("|".join(m.ids) for m in names.find(entry["text"]))
        count.right += (wanted & found).total()
        count.false += (found - wanted).total()
        count.missed += (wanted - found).total()
        count.wrong += [f"not there: {n} in {entry['text']}" for n in found - wanted]
        count.wrong += [f"missed: {n} in {entry['text']}" for n in wanted - found]
    return count


def main() -> None:
    print(f"{len(labelled()['sentences'])} sentences")
    for name, count in (("figures", count_figures()), ("names", count_names())):
        print(
            f"{name}: precision {count.precision:.3f}, recall {count.recall:.3f} "
            f"({count.right} right, {count.false} not there, {count.missed} missed)"
        )
        for line in count.wrong:
            print(f"  {line}")


if __name__ == "__main__":
    main()
