"""Everything that a run of the engine and the oracle do not agree about."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from assay.cel.program import RuleColumns, ScorerColumns
from assay.scoring.outlook import outlooks
from assay.tables.build import edge_frames
from tests.oracle import Oracle
from tests.package import Col, Corpus, Expr, Horizons, Lit, Run, Tables, build, fill_text


def values(run: Run, space: str, expr: Expr) -> list[object]:
    """What the engine made of a column or a constant, for every row."""
    if isinstance(expr, Lit):
        return [expr.value] * run.tables.height(space)
    assert isinstance(expr, Col)
    return run.engine.column(space, expr.name).to_list()


def disagreements(run: Run) -> list[str]:
    """What they do not agree about in scores, rules and sentences."""
    oracle = Oracle(run.rulebook, run.tables)
    run.engine.run(run.program.text_steps)
    run.engine.make(_read(run))
    found: list[str] = []
    for columns in run.program.scorers:
        found += _of_scores(run, oracle, columns)
        for rule in columns.rules:
            found += _of_rule(run, oracle, columns, rule)
            found += _of_sentences(run, oracle, columns, rule)
    return found


def _read(run: Run) -> Iterator[tuple[str, str]]:
    """The columns that are compared: made together, which is faster."""
    for columns in run.program.scorers:
        on = columns.scorer.on
        yield from ((on, c) for c in (columns.score, columns.coverage, columns.band) if c)
        for rule in columns.rules:
            parts = (rule.outcome, Col(rule.applied), rule.effect, *rule.because)
            yield from ((on, part.name) for part in parts if isinstance(part, Col))


def disagreements_ahead(corpus: Corpus, run: Run, as_of: date) -> list[str]:
    """What they do not agree about in watch rules, which speak of the outlook."""
    horizons = Horizons.of(as_of)
    ahead = {
        name: Oracle(run.rulebook, _on(run, day))
        for name, day in zip(("now", "quarter", "year"), horizons.days, strict=True)
    }
    oracle = Oracle(run.rulebook, run.tables, ahead)
    listing = build(corpus, run.rulebook, as_of).listing
    found = []
    for row, outlook in enumerate(outlooks(run, listing, as_of, {}, range(listing.height), {})):
        got = [(n.rule, n.text) for n in outlook.watch if n.rule is not None]
        wanted = [
            (w.id, oracle.sentence("profile", row, w.text, watch=True))
            for w in run.rulebook.watch
            if oracle.evaluate("profile", row, w.when, watch=True) is True
        ]
        if got != wanted:
            found.append(f"watch of row {row}: {got}, not {wanted}")
    return found


def _on(run: Run, day: date) -> Tables:
    """The same evidence on another day: the date moves on, edges begin and end."""
    edges, profiles = run.tables.edges, run.tables.frames["profile"]
    assert edges is not None
    number = day.toordinal()
    return run.tables.on(number, edge_frames(edges, profiles, run.rulebook, number))


def _of_scores(run: Run, oracle: Oracle, columns: ScorerColumns) -> Iterator[str]:
    scorer = columns.scorer
    for row, score in enumerate(run.scores(columns)):
        if scorer.on == "citation" and run.engine.column("citation", "owner_row")[row] is None:
            continue
        wanted = oracle.score(scorer.on, scorer.name, row)
        band = oracle.band(scorer, wanted)
        got = (score.points, score.coverage, score.band)
        if got != (wanted.points, wanted.coverage, band):
            yield f"{scorer.key} of row {row}: {got}, not {wanted} {band}"


def _of_rule(run: Run, oracle: Oracle, columns: ScorerColumns, rule: RuleColumns) -> Iterator[str]:
    on = columns.scorer.on
    outcomes = values(run, on, rule.outcome)
    applied = values(run, on, Col(rule.applied))
    effects = values(run, on, rule.effect)
    for row in range(run.tables.height(on)):
        expected = oracle.rule(columns.scorer, rule.rule, row)
        if outcomes[row] != expected.outcome:
            yield f"{on} row {row}: {outcomes[row]}, CEL says {expected.outcome}: {rule.rule.when}"
        effect = effects[row] if applied[row] else None
        if effect != expected.effect:
            wanted = f"{effect}, not {expected.effect}"
            yield f"{on} row {row}: {wanted}: {rule.rule.amount} when {rule.rule.when}"


def _of_sentences(
    run: Run, oracle: Oracle, columns: ScorerColumns, rule: RuleColumns
) -> Iterator[str]:
    on = columns.scorer.on
    if all(isinstance(part, str) for part in rule.because):
        return
    made = {p.name: values(run, on, p) for p in rule.because if isinstance(p, Col)}
    for row in range(run.tables.height(on)):
        at_row = {name: column[row] for name, column in made.items()}
        got = fill_text(rule.because, at_row.__getitem__)
        wanted = oracle.sentence(on, row, rule.rule.because)
        if got != wanted:
            yield f"{on} row {row}: {got!r}, not {wanted!r}: {rule.rule.because}"
