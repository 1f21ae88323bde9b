"""Checks on a rulebook before it scores anything: scales, names, amounts and expressions."""

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
from assay.diagnostics.document_codes import UNKNOWN_FACTOR
from assay.diagnostics.suggest import did_you_mean
from assay.model.documents import ClaimType
from assay.model.rulebook import Band, Rule, Rulebook, Scorer

if TYPE_CHECKING:
    from assay.rules.expressions import Parsed, RulePath


_PROGRAM = "program"


def check_rulebook(
    rulebook: Rulebook, cache: Cache | None = None
) -> tuple[Program | None, list[Diagnostic]]:
    """Return the compiled rulebook (None if it has errors) and all findings.

    A rulebook that was compiled before is loaded from the ``cache``.
    """
    findings = list(_structure(rulebook))
    if any(f.severity == "error" for f in findings):
        return None, findings + _compiled(_repaired(rulebook))[1]
    key = "" if cache is None else content_digest(rulebook.model_dump_json(by_alias=True))
    known = None if cache is None else cache.load(_PROGRAM, key)
    if known is not None:
        return program_from_json(known, rulebook), findings
    program, problems = _compiled(rulebook)
    if program is not None and cache is not None:
        cache.store(_PROGRAM, key, program_to_json(program, rulebook))
    return program, findings + problems


_NAMED_IN = {
    codes.UNKNOWN_NAME.slug: ("parameters",),
    codes.UNKNOWN_FIELD.slug: ("facts", "scorers"),
}
_DEFINED_IN = {codes.UNKNOWN_SCALE.slug: "scales", codes.UNKNOWN_SCORER.slug: "scorers"}


def check_partial_rulebook(
    rulebook: Rulebook, incomplete: Set[RulePath], missing: Set[str], unreadable: Set[str]
) -> Iterator[Diagnostic]:
    """Check a rulebook of which only some parts could be read.

    Below the paths in ``incomplete``, where something was left out, only expressions are checked.
    ``missing`` are names that the rest would define; in the ``unreadable`` sections that may be
    any name.
    """
    sections = {place[0] for place in incomplete}
    for finding in _structure(rulebook):
        section = _DEFINED_IN.get(finding.code)
        if finding.value.path[:2] not in incomplete and section not in sections:
            yield finding
    for finding in _compiled(_repaired(rulebook), missing)[1]:
        if unreadable.isdisjoint(_NAMED_IN.get(finding.code, ())):
            yield finding


def _structure(rulebook: Rulebook) -> Iterator[Diagnostic]:
    """Check everything but the expressions."""
    for name, bands in rulebook.scales.items():
        yield from _bands(("scales", name), name, bands)
    yield from _names(rulebook)
    yield from _factors(rulebook)
    yield from _unknowns(rulebook)
    yield from _amounts(rulebook)


def _compiled(
    rulebook: Rulebook, missing: Set[str] = frozenset()
) -> tuple[Program | None, list[Diagnostic]]:
    """Return the program, or None and the problems of the expressions."""
    # The checker of expressions takes long to load, and most commands have a program cached.
    from assay.rules.scorers import compile_rulebook

    try:
        return compile_rulebook(rulebook, missing), []
    except CelError as error:
        problems = []
        for problem in error.problems:
            path = problem.value.path
            # An expression inside a sentence has no value of its own in the file.
            problems.append(problem.within(path[:-1]) if _in_sentence(path) else problem)
        return None, problems


def _repaired(rulebook: Rulebook) -> Rulebook:
    """Rename duplicate scorers and add missing scales, so that expressions can be checked."""
    seen: set[str] = set()
    scorers = []
    for i, scorer in enumerate(rulebook.scorers):
        duplicate = scorer.key in seen
        seen.add(scorer.key)
        scorers.append(
            scorer.model_copy(update={"name": f"{scorer.name}_{i}"}) if duplicate else scorer
        )
    scales = {s.scale: () for s in scorers if s.scale} | rulebook.scales
    return rulebook.model_copy(update={"scorers": tuple(scorers), "scales": scales})


# Scales ------------------------------------------------------------------------------------


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
                "give each band a different start",
            )
        if band.id in ids:
            yield codes.DUPLICATE_BAND.at(
                ValueLocation((*here, i, "id")), f"duplicate band {band.id!r}"
            )
        starts.setdefault(band.from_, band)
        ids.setdefault(band.id, band)
    order = [b.from_ for b in bands]
    if order not in (sorted(order), sorted(order, reverse=True)):
        first = next(
            i for i in range(1, len(order)) if (order[i] > order[i - 1]) != (order[-1] > order[0])
        )
        yield codes.BANDS_UNORDERED.at(
            ValueLocation((*here, first, "from")),
            f"the band {bands[first].id!r} is out of order in the scale {name!r}",
            "list the bands from the highest to the lowest",
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
                f"duplicate scorer {scorer.name!r} on {scorer.on}s",
            )
        keys.add(scorer.key)
        if scorer.name in _fields(SPACES[scorer.on]):
            yield codes.RESERVED_NAME.at(
                ValueLocation((*here, "name")),
                f"a {scorer.on} already has a field {scorer.name!r}",
                "choose another name for the scorer",
            )
        if scorer.scale is not None and scorer.scale not in rulebook.scales:
            yield codes.UNKNOWN_SCALE.at(
                ValueLocation((*here, "scale")),
                f"unknown scale {scorer.scale!r}",
                did_you_mean(scorer.scale, rulebook.scales),
            )
        yield from _repeated([r.id for r in scorer.rules], (*here, "rules"), "rule")
        yield from _formerly(scorer, here)
        yield from _further(rulebook, scorer, here)
        yield from _replaced(scorer, here)
    yield from _former_scorers(rulebook)
    yield from _fact_names(rulebook)
    yield from _repeated([w.id for w in rulebook.watch], ("watch",), "watch rule")
    yield from _repeated([c.id for c in rulebook.changes], ("changes",), "change")
    yield from _settings(rulebook)
    yield from _cadence(rulebook)


def _cadence(rulebook: Rulebook) -> Iterator[Diagnostic]:
    """Check the scorers and the bands that the cadence names."""
    cadence = rulebook.cadence
    named = (
        ("scorer", cadence.scorer, "profile", "a profile, with 'stands_on'"),
        ("weight", cadence.weight, "factor", "a factor"),
    )
    for key, name, on, subject in named:
        known = [s.name for s in rulebook.scorers if s.on == on and (on == "factor" or s.stands_on)]
        if name is not None and name not in known:
            yield codes.UNKNOWN_SCORER.at(
                ValueLocation(("cadence", key)),
                f"unknown scorer {name!r} of {subject}",
                did_you_mean(name, known),
            )
    scorer = rulebook.scorer("profile", cadence.scorer)
    if scorer is None:
        return
    bands = [band.id for band in rulebook.bands(scorer)]
    grades = [band.id for band in rulebook.evidence_bands(scorer)]
    for band, by_grade in cadence.days.items():
        places: list[tuple[RulePath, str, list[str]]] = [(("cadence", "days", band), band, bands)]
        places += [(("cadence", "days", band, grade), grade, grades) for grade in by_grade]
        for path, name, known in places:
            if name not in known:
                yield codes.UNKNOWN_SCALE.at(
                    ValueLocation(path, at_key=True),
                    f"unknown band {name!r}",
                    did_you_mean(name, known),
                )


def _further(rulebook: Rulebook, scorer: Scorer, here: RulePath) -> Iterator[Diagnostic]:
    """Check the scorers and the band that the ceiling and the evidence of a scorer name."""
    named = []
    if scorer.ceiling is not None:
        named.append(("ceiling", scorer.on, scorer.ceiling.scorer))
    option = scorer.stands_on
    if option is not None:
        named.append(("stands_on", option.on, option.scorer))
    for key, on, name in named:
        known = [s.name for s in rulebook.scorers if s.on == on and s is not scorer]
        if name not in known:
            yield codes.UNKNOWN_SCORER.at(
                ValueLocation((*here, key, "scorer")),
                f"unknown scorer {name!r} of a {on}",
                did_you_mean(name, known),
            )
    bands = [band.id for band in rulebook.evidence_bands(scorer)]
    if option is not None and option.provisional_below not in (None, *bands):
        yield codes.UNKNOWN_SCALE.at(
            ValueLocation((*here, "stands_on", "provisional_below")),
            f"unknown band {option.provisional_below!r}",
            did_you_mean(str(option.provisional_below), bands),
        )


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
                ValueLocation((*here, j, "id")), f"duplicate {noun} {rule_id!r}"
            )
        seen.add(rule_id)


def _formerly(scorer: Scorer, here: RulePath) -> Iterator[Diagnostic]:
    """Check that no former id is that of another rule of the scorer, now or formerly."""
    owners = {rule.id: j for j, rule in enumerate(scorer.rules)}
    for j, rule in enumerate(scorer.rules):
        for k, former in enumerate(rule.formerly):
            if owners.setdefault(former, j) != j:
                yield codes.DUPLICATE_RULE.at(
                    ValueLocation((*here, "rules", j, "formerly", k)),
                    f"{former!r} is already an id of the rule {scorer.rules[owners[former]].id!r}",
                    "remove it from 'formerly'",
                )


def _former_scorers(rulebook: Rulebook) -> Iterator[Diagnostic]:
    """Check that no former name is that of another scorer of its subject, now or formerly."""
    owners = {scorer.key: scorer.name for scorer in rulebook.scorers}
    for i, scorer in enumerate(rulebook.scorers):
        for k, former in enumerate(scorer.formerly):
            owner = owners.setdefault(f"{scorer.on}.{former}", scorer.name)
            if owner != scorer.name:
                yield codes.DUPLICATE_SCORER.at(
                    ValueLocation(("scorers", i, "formerly", k)),
                    f"{former!r} is already a name of the scorer {owner!r}",
                    "remove it from 'formerly'",
                )


def _replaced(scorer: Scorer, here: RulePath) -> Iterator[Diagnostic]:
    enabled = {r.id for r in scorer.rules if r.disabled is None}
    for j, rule in enumerate(scorer.rules):
        if rule.replaces is not None and rule.replaces in enabled:
            what = "itself" if rule.replaces == rule.id else f"{rule.replaces!r}, which is in force"
            yield codes.REPLACED_RULE.at(
                ValueLocation((*here, "rules", j, "replaces")),
                f"the rule {rule.id!r} replaces {what}",
                "delete or disable the rule that is replaced",
            )


def _fact_names(rulebook: Rulebook) -> Iterator[Diagnostic]:
    seen: set[str] = set()
    scores = {(s.on, s.name) for s in rulebook.scorers}
    for i, fact in enumerate(rulebook.facts):
        if fact.name in seen:
            yield codes.DUPLICATE_FACT.at(
                ValueLocation(("facts", i, "name")),
                f"duplicate fact {fact.name!r}",
                "give one of them another name",
            )
        seen.add(fact.name)
        if fact.name in _fields(SPACES[fact.on]) or (fact.on, fact.name) in scores:
            yield codes.RESERVED_NAME.at(
                ValueLocation(("facts", i, "name")),
                f"a {fact.on} already has a field or score {fact.name!r}",
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
    scorers = [s for s in rulebook.scorers if s.on == "profile" and s.scale and s.shown]
    graded = [s.name for s in scorers if s.kinds is None]
    if chosen is not None and chosen not in graded:
        limited = next((" of every kind" for s in scorers if s.name == chosen), "")
        yield codes.UNKNOWN_SCORER.at(
            ValueLocation(("settings", "publish_by")),
            f"{chosen!r} is not a profile scorer{limited} with a scale",
            did_you_mean(chosen, graded),
        )
    types = [*get_args(ClaimType), "default"]
    for name in rulebook.settings.review_after_days:
        if name not in types:
            yield codes.UNKNOWN_CLAIM_TYPE.at(
                ValueLocation(("settings", "review_after_days", name)),
                f"unknown claim type {name!r}",
                did_you_mean(name, types),
            )


def _factors(rulebook: Rulebook) -> Iterator[Diagnostic]:
    factors = rulebook.factors
    names = dict.fromkeys(name for asked in factors.asked.values() for name in asked)
    for kind, asked in factors.asked.items():
        for name, scale in asked.items():
            if scale not in factors.scales:
                yield codes.UNKNOWN_SCALE.at(
                    ValueLocation(("factors", "asked", kind, name)),
                    f"unknown scale {scale!r}",
                    did_you_mean(scale, factors.scales),
                )
    for name in factors.not_asked:
        if name not in names:
            yield UNKNOWN_FACTOR.at(
                ValueLocation(("factors", "not_asked", name), at_key=True),
                f"unknown factor {name!r}",
                did_you_mean(name, names),
            )


# Rules -------------------------------------------------------------------------------------


def _unknowns(rulebook: Rulebook) -> Iterator[Diagnostic]:
    """Check how rules handle unknown conditions and amounts."""
    for i, scorer in enumerate(rulebook.scorers):
        for j, rule in enumerate(scorer.rules):
            place: RulePath = ("scorers", i, "rules", j)
            always = rule.when.strip() == "true"
            if _lowers(rule) and rule.on_unknown is None and not always:
                yield codes.UNDECIDED_UNKNOWN.at(
                    ValueLocation((*place, "id")),
                    f"the rule {rule.id!r} can lower a score, but has no on_unknown",
                    "add on_unknown: apply, so that a missing field does not disable it, or ignore",
                )
            computed = isinstance(rule.amount, str) and rule.amount not in rulebook.parameters
            if rule.on_unknown == "apply" and computed:
                yield codes.UNKNOWN_AMOUNT.at(
                    ValueLocation((*place, "on_unknown")),
                    f"the amount of {rule.id!r} is an expression, which may be unknown too",
                    "give the amount to use, for example on_unknown: 0.8",
                )


def _lowers(rule: Rule) -> bool:
    """Return whether a rule can lower a score."""
    amount = rule.amount
    if rule.phase == "cap":
        return True
    if rule.phase == "multiply":
        return isinstance(amount, str) or amount < 1.0
    return rule.phase == "add" and not isinstance(amount, str) and amount < 0.0


_RANGES = {"add": (-1.0, 1.0), "multiply": (0.0, 1000.0), "floor": (0.0, 1.0), "cap": (0.0, 1.0)}


def _amounts(rulebook: Rulebook) -> Iterator[Diagnostic]:
    """Report amounts out of range, which are most likely per cent."""
    for i, scorer in enumerate(rulebook.scorers):
        for j, rule in enumerate(scorer.rules):
            low, high = _RANGES[rule.phase]
            if isinstance(rule.amount, str) or low <= rule.amount <= high:
                continue
            yield codes.AMOUNT_RANGE.at(
                ValueLocation(("scorers", i, "rules", j, rule.phase), parsed=f"{rule.amount:g}"),
                f"{rule.phase} {SOURCE} is out of range: scores are from 0 to 1",
                f"write {rule.amount / 100:g} for {SOURCE} per cent",
            )


# Expressions that cannot be compiled -------------------------------------------------------


def _in_sentence(path: RulePath) -> bool:
    """Return whether a path leads to an expression in braces, of which it gives the number."""
    return isinstance(path[-1], int) and "not_asked" not in path


def uncompilable(rulebook: Rulebook, parsed: Parsed) -> Iterator[Diagnostic]:
    """Report the parsed expressions and facts that do not compile."""
    from assay.cel.lower import Compiler

    compiler = Compiler(parsed.vocabulary, parsed.facts)
    for path, node in parsed.expressions.items():
        scope = _scope(rulebook, path)
        try:
            if _in_sentence(path):
                compiler.text(node, scope)
            elif "facts" in path:
                compiler.value(node, scope)  # it may be a whole collection
            else:
                compiler.scalar(node, scope)
        except CelError as error:
            yield from (p.within(path) for p in error.problems)
    yield from uncompilable_facts(rulebook, parsed)


def uncompilable_facts(rulebook: Rulebook, parsed: Parsed) -> Iterator[Diagnostic]:
    """Report the facts that do not compile, used or not."""
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
    """Return the names available to the expression at a path."""
    if path[0] == "watch":
        return subject_scope("profile", watch=True)
    scorer = rulebook.scorers[int(path[1])]
    scope = subject_scope(scorer.on)
    if scorer.pool is None or path[2] != "pool":
        return scope
    rows = scope.names[scorer.pool.over]
    assert isinstance(rows, Rows)
    return scope.inside(rows, "it")
