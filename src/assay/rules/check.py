"""Everything that can be said against a rulebook before it scores anything."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Set
from typing import TYPE_CHECKING, get_args

from assay.cache import Cache, content_digest
from assay.cel.errors import CelError
from assay.cel.program import Program, program_from_json, program_to_json
from assay.cel.schema import SPACES, Space
from assay.cel.scope import Rows, Scope, subject_scope
from assay.diagnostics import rule_codes as codes
from assay.diagnostics.diagnostic import SOURCE, Diagnostic, ValueLocation
from assay.diagnostics.suggest import did_you_mean
from assay.model.documents import ClaimType
from assay.model.rulebook import Band, Rule, Rulebook, Scorer

if TYPE_CHECKING:
    from assay.rules.expressions import Parsed, RulePath


_PROGRAM = "program"


def check_rulebook(
    rulebook: Rulebook, cache: Cache | None = None
) -> tuple[Program | None, list[Diagnostic]]:
    """The compiled rulebook, None where it has errors, and all findings.

    A rulebook that was compiled before is taken from the ``cache``.
    """
    findings = list(_besides_expressions(rulebook))
    if any(f.severity == "error" for f in findings):
        return None, findings + _compiled(_put_right(rulebook))[1]
    key = "" if cache is None else content_digest(rulebook.model_dump_json(by_alias=True))
    known = None if cache is None else cache.load(_PROGRAM, key)
    if known is not None:
        return program_from_json(known, rulebook), findings
    program, wrong = _compiled(rulebook)
    if program is not None and cache is not None:
        cache.store(_PROGRAM, key, program_to_json(program, rulebook))
    return program, findings + wrong


def _besides_expressions(rulebook: Rulebook) -> Iterator[Diagnostic]:
    for looked_at in (_scales, _names, _unknowns, _sizes):
        yield from looked_at(rulebook)


def check_part(
    rulebook: Rulebook, incomplete: Set[RulePath], missing: Set[str], unreadable: Set[str]
) -> Iterator[Diagnostic]:
    """What is wrong with what could be read of a rulebook.

    ``incomplete`` are the beginnings of places where something is left out: only the expressions
    there are looked at. ``missing`` are names that it would define, ``unreadable`` the sections
    where that could be any name.
    """
    sections = {place[0] for place in incomplete}
    for finding in _besides_expressions(rulebook):
        about = _DEFINED_IN.get(finding.code)
        if finding.value.path[:2] not in incomplete and about not in sections:
            yield finding
    for finding in _compiled(_put_right(rulebook), missing)[1]:
        if unreadable.isdisjoint(_NAMED_IN.get(finding.code, ())):
            yield finding


_NAMED_IN = {
    codes.UNKNOWN_NAME.slug: ("parameters",),
    codes.UNKNOWN_FIELD.slug: ("facts", "scorers"),
}
_DEFINED_IN = {codes.UNKNOWN_SCALE.slug: "scales", codes.UNKNOWN_SCORER.slug: "scorers"}


def _compiled(
    rulebook: Rulebook, missing: Set[str] = frozenset()
) -> tuple[Program | None, list[Diagnostic]]:
    """The program, or what is wrong with the expressions of the rulebook."""
    # The checker of expressions takes long to load, and most commands have a program cached.
    from assay.rules.scorers import compile_rulebook

    try:
        return compile_rulebook(rulebook, missing), []
    except CelError as error:
        return None, [_of_sentence(problem) for problem in error.problems]


def _put_right(rulebook: Rulebook) -> Rulebook:
    """The rulebook with distinct scorers and every scale, so that its expressions can be read."""
    seen: set[str] = set()
    scorers = []
    for i, scorer in enumerate(rulebook.scorers):
        again = scorer.key in seen
        seen.add(scorer.key)
        scorers.append(
            scorer.model_copy(update={"name": f"{scorer.name}_{i}"}) if again else scorer
        )
    scales = {s.scale: () for s in scorers if s.scale} | rulebook.scales
    return rulebook.model_copy(update={"scorers": tuple(scorers), "scales": scales})


def _of_sentence(problem: Diagnostic) -> Diagnostic:
    """A problem of an expression inside a sentence as one of the sentence."""
    path = problem.value.path
    return problem.within(path[:-1]) if isinstance(path[-1], int) else problem


# Scales ------------------------------------------------------------------------------------


def _scales(rulebook: Rulebook) -> Iterator[Diagnostic]:
    for name, bands in rulebook.scales.items():
        yield from _bands(("scales", name), name, bands)


def _bands(here: RulePath, name: str, bands: Sequence[Band]) -> Iterator[Diagnostic]:
    if not bands:
        yield codes.BANDS_GAP.at(ValueLocation(here), f"the scale {name!r} has no bands")
        return
    starts: dict[float, Band] = {}
    ids: dict[str, Band] = {}
    for i, band in enumerate(bands):
        if band.from_ in starts:
            yield codes.BANDS_OVERLAP.at(
                ValueLocation((*here, i, "from"), parsed=str(band.from_)),
                f"the bands {starts[band.from_].id!r} and {band.id!r} both start at {SOURCE}",
                "give each band a start of its own",
            )
        if band.id in ids:
            yield codes.DUPLICATE_BAND.at(
                ValueLocation((*here, i, "id")), f"the band {band.id!r} is there twice"
            )
        starts.setdefault(band.from_, band)
        ids.setdefault(band.id, band)
    order = [b.from_ for b in bands]
    if order not in (sorted(order), sorted(order, reverse=True)):
        out = next(
            i for i in range(1, len(order)) if (order[i] > order[i - 1]) != (order[-1] > order[0])
        )
        yield codes.BANDS_UNORDERED.at(
            ValueLocation((*here, out, "from")),
            f"the band {bands[out].id!r} is out of order in the scale {name!r}",
            "write the bands from the highest to the lowest",
        )
    lowest = min(bands, key=lambda b: b.from_)
    if lowest.from_ > 0.0:
        yield codes.BANDS_GAP.at(
            ValueLocation((*here, bands.index(lowest), "from"), parsed=str(lowest.from_)),
            f"scores from 0.0 up to {SOURCE} fall into no band of the scale {name!r}",
            f"let {lowest.id!r} start at 0.00, or add a band below it",
        )


# Names -------------------------------------------------------------------------------------


def _names(rulebook: Rulebook) -> Iterator[Diagnostic]:
    keys: set[str] = set()
    for i, scorer in enumerate(rulebook.scorers):
        here: RulePath = ("scorers", i)
        if scorer.key in keys:
            yield codes.DUPLICATE_SCORER.at(
                ValueLocation((*here, "name")),
                f"there are two scorers {scorer.name!r} on {scorer.on}s",
            )
        keys.add(scorer.key)
        if scorer.name in _fields(SPACES[scorer.on]):
            yield codes.RESERVED_NAME.at(
                ValueLocation((*here, "name")),
                f"a {scorer.on} has a field {scorer.name!r} already",
                "choose another name for the scorer",
            )
        if scorer.scale is not None and scorer.scale not in rulebook.scales:
            yield codes.UNKNOWN_SCALE.at(
                ValueLocation((*here, "scale")),
                f"there is no scale {scorer.scale!r}",
                did_you_mean(scorer.scale, rulebook.scales),
            )
        yield from _repeated([r.id for r in scorer.rules], (*here, "rules"), "rule")
        yield from _replaced(scorer, here)
    yield from _fact_names(rulebook)
    yield from _repeated([w.id for w in rulebook.watch], ("watch",), "watch rule")
    yield from _repeated([c.id for c in rulebook.changes], ("changes",), "change")
    yield from _settings(rulebook)


def _fields(space: Space) -> set[str]:
    return {
        "coverage",
        *(f.name for f in space.fields),
        *space.parts,
        *space.links,
        *(c.name for c in space.collections),
    }


def _repeated(ids: Iterable[str], here: RulePath, noun: str) -> Iterator[Diagnostic]:
    seen: set[str] = set()
    for j, rule_id in enumerate(ids):
        if rule_id in seen:
            yield codes.DUPLICATE_RULE.at(
                ValueLocation((*here, j, "id")), f"there are two {noun}s {rule_id!r}"
            )
        seen.add(rule_id)


def _replaced(scorer: Scorer, here: RulePath) -> Iterator[Diagnostic]:
    there = {r.id for r in scorer.rules if r.disabled is None}
    for j, rule in enumerate(scorer.rules):
        if rule.replaces is not None and rule.replaces in there:
            what = "itself" if rule.replaces == rule.id else f"{rule.replaces!r}, which is in force"
            yield codes.REPLACED_RULE.at(
                ValueLocation((*here, "rules", j, "replaces")),
                f"the rule {rule.id!r} replaces {what}",
                "delete the rule that is replaced, or switch it off",
            )


def _fact_names(rulebook: Rulebook) -> Iterator[Diagnostic]:
    seen: set[str] = set()
    scores = {(s.on, s.name) for s in rulebook.scorers}
    for i, fact in enumerate(rulebook.facts):
        if fact.name in seen:
            yield codes.DUPLICATE_FACT.at(
                ValueLocation(("facts", i, "name")),
                f"there are two facts {fact.name!r}",
                "give one of the two another name",
            )
        seen.add(fact.name)
        if fact.name in _fields(SPACES[fact.on]) or (fact.on, fact.name) in scores:
            yield codes.RESERVED_NAME.at(
                ValueLocation(("facts", i, "name")),
                f"a {fact.on} has a field or score {fact.name!r} already",
                "choose another name for the fact",
            )
    names = {name for s in SPACES.values() for name in (s.name, *_fields(s))} | {"it", "outlook"}
    for name in rulebook.parameters:
        if name in names:
            yield codes.RESERVED_NAME.at(
                ValueLocation(("parameters", name)),
                f"{name!r} is the name of a field, a row or a collection",
                "choose another name for the parameter",
            )


def _settings(rulebook: Rulebook) -> Iterator[Diagnostic]:
    chosen = rulebook.settings.publish_by
    graded = [s.name for s in rulebook.scorers if s.on == "profile" and s.scale]
    if chosen is not None and chosen not in graded:
        yield codes.UNKNOWN_SCORER.at(
            ValueLocation(("settings", "publish_by")),
            f"there is no profile scorer {chosen!r} with a scale",
            did_you_mean(chosen, graded),
        )
    types = [*get_args(ClaimType), "default"]
    for name in rulebook.settings.review_after_days:
        if name not in types:
            yield codes.UNKNOWN_CLAIM_TYPE.at(
                ValueLocation(("settings", "review_after_days", name)),
                f"no claim has the type {name!r}",
                did_you_mean(name, types),
            )


# Unknowns ----------------------------------------------------------------------------------


def _unknowns(rulebook: Rulebook) -> Iterator[Diagnostic]:
    for i, scorer in enumerate(rulebook.scorers):
        for j, rule in enumerate(scorer.rules):
            place: RulePath = ("scorers", i, "rules", j)
            always = rule.when.strip() == "true"
            if _lowers(rule) and rule.on_unknown is None and not always:
                yield codes.UNDECIDED_UNKNOWN.at(
                    ValueLocation((*place, "id")),
                    f"the rule {rule.id!r} lowers and does not say what to do when it is unknown",
                    "add on_unknown: apply, so that a missing field cannot lift it, or ignore",
                )
            computed = isinstance(rule.amount, str) and rule.amount not in rulebook.parameters
            if rule.on_unknown == "apply" and computed:
                yield codes.UNKNOWN_AMOUNT.at(
                    ValueLocation((*place, "on_unknown")),
                    f"the amount of {rule.id!r} is an expression that may be unknown itself",
                    "write the amount to use: on_unknown: 0.8",
                )


_ROOM = {"add": (-1.0, 1.0), "multiply": (0.0, 1000.0), "floor": (0.0, 1.0), "cap": (0.0, 1.0)}


def _sizes(rulebook: Rulebook) -> Iterator[Diagnostic]:
    """Amounts beyond every score: most likely per cent."""
    for i, scorer in enumerate(rulebook.scorers):
        for j, rule in enumerate(scorer.rules):
            low, high = _ROOM[rule.phase]
            if isinstance(rule.amount, str) or low <= rule.amount <= high:
                continue
            yield codes.AMOUNT_RANGE.at(
                ValueLocation(("scorers", i, "rules", j, rule.phase), parsed=f"{rule.amount:g}"),
                f"{rule.phase} {SOURCE} is beyond every score: they are from 0 to 1",
                f"write {rule.amount / 100:g} for {SOURCE} per cent",
            )


def _lowers(rule: Rule) -> bool:
    amount = rule.amount
    if rule.phase == "cap":
        return True
    if rule.phase == "multiply":
        return isinstance(amount, str) or amount < 1.0
    return rule.phase == "add" and not isinstance(amount, str) and amount < 0.0


def uncompilable(rulebook: Rulebook, parsed: Parsed) -> Iterator[Diagnostic]:
    """What is wrong with the expressions that were parsed, facts included."""
    from assay.cel.lower import Compiler

    compiler = Compiler(parsed.vocabulary, parsed.facts)
    for path, node in parsed.expressions.items():
        # A part of a sentence stands at a number.
        compiled = compiler.text if isinstance(path[-1], int) else compiler.scalar
        try:
            compiled(node, _scope(rulebook, path))
        except CelError as error:
            yield from (p.within(path) for p in error.problems)
    yield from uncompilable_facts(rulebook, parsed)


def uncompilable_facts(rulebook: Rulebook, parsed: Parsed) -> Iterator[Diagnostic]:
    """What is wrong with the facts, whether anything uses them or not."""
    from assay.cel.lower import Compiler

    compiler = Compiler(parsed.vocabulary, parsed.facts)
    for index, fact in enumerate(rulebook.facts):
        node = parsed.facts.get((fact.on, fact.name))
        if node is None:
            continue
        try:
            compiler.scalar(node, subject_scope(fact.on))
        except CelError as error:
            place: RulePath = ("facts", index, "expr")
            yield from (p.within(place) for p in error.problems)


def _scope(rulebook: Rulebook, path: RulePath) -> Scope:
    """What the expression at a path can name."""
    if path[0] == "watch":
        return subject_scope("profile", watch=True)
    scorer = rulebook.scorers[int(path[1])]
    scope = subject_scope(scorer.on)
    if scorer.pool is None or path[2] != "pool":
        return scope
    rows = scope.names[scorer.pool.over]
    assert isinstance(rows, Rows)
    return scope.inside(rows, "it")
