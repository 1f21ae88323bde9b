"""The conformance cases of the CEL specification, run by the compiled engine.

``python -m tests.cel_spec FOLDER`` prints the table of what is supported.
"""

from __future__ import annotations

import math
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory, text_format

from assay.cel.lower import Compiler
from assay.cel.scope import subject_scope
from tests.package import CelError, Institution, LocalEngine, Vocabulary, build_tables, parse_cel
from tests.strategies import AS_OF, corpus_of, default_rulebook

FOLDER = Path(__file__).parents[1].parent / "shared" / "data" / "cel_spec"

_FIELDS: dict[str, list[tuple[str, int, str, bool]]] = {
    "File": [("name", 9, "", False), ("section", 11, "Section", True)],
    "Section": [("name", 9, "", False), ("test", 11, "Case", True)],
    "Case": [
        ("name", 9, "", False),
        ("expr", 9, "", False),
        ("disable_macros", 8, "", False),
        ("disable_check", 8, "", False),
        ("container", 9, "", False),
        ("value", 11, "Value", False),
        ("eval_error", 11, "Anything", False),
        ("type_env", 11, "Anything", True),
        ("bindings", 11, "Anything", True),
    ],
    "Anything": [],
    "Value": [
        ("bool_value", 8, "", False),
        ("int64_value", 3, "", False),
        ("double_value", 1, "", False),
        ("string_value", 9, "", False),
    ],
}


@dataclass(frozen=True)
class Outcome:
    """What became of one case: ``right``, ``wrong``, or why it was skipped."""

    name: str
    state: str
    reason: str = ""


@cache
def _file_class() -> Any:
    proto = descriptor_pb2.FileDescriptorProto(name="spec.proto", package="spec", syntax="proto2")
    for name, fields in _FIELDS.items():
        message = proto.message_type.add(name=name)
        for number, (field, kind, target, repeated) in enumerate(fields, start=1):
            message.field.add(
                name=field,
                number=number,
                type=kind,
                type_name=f".spec.{target}" if target else None,
                label=3 if repeated else 1,
            )
    pool = descriptor_pool.DescriptorPool()
    pool.AddSerializedFile(proto.SerializeToString())
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("spec.File"))


def outcomes(folder: Path) -> Iterator[Outcome]:
    """Every case of every file, in the order of the files."""
    for path in sorted(folder.glob("*.textproto")):
        file = text_format.Parse(
            path.read_text(encoding="utf-8"), _file_class()(), allow_unknown_field=True
        )
        for section in file.section:
            for case in section.test:
                yield _outcome(f"{file.name}/{section.name}/{case.name}", case)


def _outcome(name: str, case: Any) -> Outcome:
    if case.type_env or case.bindings or case.container or case.disable_macros:
        return Outcome(name, "skipped", "variables of its own")
    kind = next((f[0].name for f in case.value.ListFields()), None)
    fails = case.HasField("eval_error")
    if case.HasField("value") and kind is None:
        kinds = "the value is a list, a map, bytes, null, unsigned, or a message"
        empty = {"false": False, "0": 0}.get(case.expr)
        if empty is None:
            return Outcome(name, "skipped", kinds)
    try:
        value = evaluated(case.expr)
    except CelError as error:
        return Outcome(name, "skipped", error.problems[0].message)
    if fails:
        return Outcome(name, "right" if value is None else "wrong", f"{value} in place of an error")
    wanted = True if kind is None else getattr(case.value, kind)
    return Outcome(name, "right" if _same(value, wanted) else "wrong", f"{value}, not {wanted}")


def _same(value: object, wanted: object) -> bool:
    if isinstance(value, float) and isinstance(wanted, float) and math.isnan(wanted):
        return math.isnan(value)
    return type(value) is type(wanted) and value == wanted


def evaluated(text: str) -> object:
    """What the engine makes of an expression about nothing; raises where it is refused."""
    corpus = corpus_of([], [], [Institution(kind="institution", id="p0", name="P")])
    compiler = Compiler(Vocabulary({}))
    expr = compiler.scalar(parse_cel(text, "profile", Vocabulary({})), subject_scope("profile"))
    column = compiler.column("profile", expr)
    engine = LocalEngine(build_tables(corpus, default_rulebook(), AS_OF))
    engine.run(compiler.steps)
    return engine.column("profile", column)[0]


def table(folder: Path) -> str:
    """The cases by section, and why some were skipped, as Markdown."""
    sections: dict[str, Counter[str]] = {}
    reasons: dict[str, list[str]] = {}
    for outcome in outcomes(folder):
        sections.setdefault(outcome.name.rpartition("/")[0], Counter())[outcome.state] += 1
        if outcome.state == "skipped":
            reasons.setdefault(outcome.reason, []).append(outcome.name)
    lines = [
        "# Supported CEL",
        "",
        "Results of the conformance cases of the CEL specification, run by the engine.",
        "An error of CEL is *unknown* in assay. `assay check` refuses unsupported expressions,",
        "with their position and an alternative.",
        "",
        "| section | right | skipped |",
        "| --- | ---: | ---: |",
        *(f"| {n} | {c['right']} | {c['skipped']} |" for n, c in sections.items()),
        "",
        "## Reasons for skipped cases",
        "",
        "| reason | cases | example |",
        "| --- | ---: | --- |",
        *(
            f"| {_cell(reason)} | {len(names)} | `{names[0]}` |"
            for reason, names in sorted(reasons.items(), key=lambda r: (-len(r[1]), r[0]))
        ),
        "",
    ]
    return "\n".join(lines)


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())


if __name__ == "__main__":
    sys.stdout.write(table(Path(sys.argv[1])))
