"""The check of words finds prose, leaves code alone, and keeps its own lists short."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from tools.words import (
    EXEMPT,
    PENDING,
    ROOT,
    WORDS,
    check,
    main,
    markdown_findings,
    python_findings,
    repository,
)

# A phrase for each pattern, in the order of the table.
PHRASES = [
    *["borne out", "retelling", "anew", "nobody here", "possible here", "was wanted"],
    *["in place of", "look again", "runs out", "hangs on", "felt", "said to be", "by way of"],
    *["mistakes", "remark", "circle", "written 2", "; else", "not known to be"],
    *["not rated reliable", "needs a human", "desk's", "too low for any", "of the calendar"],
    *["whom", "meanwhile", "takes it back", "truth value", "no matter", "settled", "unseen"],
    *["as it stands", "parts the", "tells", "says what", "there is no rule '", "likeness"],
    *["stands for", "write it down", "one after the other", "goes back to", "speaks of"],
]


@pytest.mark.parametrize(("phrase", "suggestion"), [*zip(PHRASES, WORDS.values(), strict=True)])
def test_every_pattern_finds_its_phrase_in_pages_and_strings(phrase: str, suggestion: str) -> None:
    assert (1, phrase, suggestion) in [*markdown_findings(f"It {phrase} x.")]
    assert (1, phrase, suggestion) in [*python_findings(f"# It {phrase} x.\n")]


def words(findings: Iterable[tuple[int, str, str]]) -> list[tuple[int, str]]:
    return [(line, word) for line, word, _ in findings]


@pytest.mark.parametrize(
    "page",
    [
        "The value `retelling` of a key.\n",
        "See ``a desk``.\n",
        "```console\n$ assay felt\na desk\n```\n",
        "See [here](desk.md) and https://example.org/desk/anew .\n",
        'They wrote "nobody here has seen it".\n',
        "<!-- workspace: desk -->\n",
        "- one thing;\n- else nothing\n",
    ],
)
def test_code_addresses_and_quotations_in_pages_are_exempt(page: str) -> None:
    assert words(markdown_findings(page)) == []


def test_prose_between_code_blocks_is_read() -> None:
    page = "```sh\nassay\n```\nA desk `x`.\n```sh\nassay\n```\n"
    assert words(markdown_findings(page)) == [(4, "desk")]


def test_a_phrase_is_found_across_a_line_break() -> None:
    assert words(markdown_findings("# Title\n\nThis tree hangs\non a rule.\n")) == [(3, "hangs on")]
    for f in ("", "f"):
        code = f'TEXT = (\n    {f}"it hangs "\n    {f}"on a rule"\n)\n'
        assert words(python_findings(code)) == [(2, "hangs on")]


@pytest.mark.parametrize(
    "code",
    [
        "desk = anew(felt)\n",
        'KEYS = {"retelling": 1, "unseen": 2}\n',
        'PATTERN = r"(desk|felt) \\d"\n',
        'PATTERN = rf"(desk|felt) {x} \\d"\n',
        "TEXT = f'a {desk} and {felt(anew)}'\n",
        'X = f("it is", "wanted")\n',
        'X = "a `desk` and ``felt``"\n',
        'X = "see https://example.org/desk/"\n',
    ],
)
def test_code_in_modules_is_exempt(code: str) -> None:
    assert words(python_findings(code)) == []


def test_strings_comments_and_docstrings_are_read() -> None:
    module = '''"""A desk of pages."""

X = f"{a} felt {b}"  # made anew
Y = "but\\nremark that"
'''
    assert sorted(words(python_findings(module))) == [
        (1, "desk"),
        (3, "anew"),
        (3, "felt"),
        (4, "remark"),
    ]


@pytest.mark.parametrize(
    ("docstring", "found"),
    [
        ("What a rule does.", [(2, "What")]),
        ("Return it. So it is known.", [(2, "So")]),
        ("Return it.\n\n    Of two, the first.\n    ", [(4, "Of")]),
        ("Return the source.\n\n    Soon So it goes on, What else.\n    ", []),
    ],
)
def test_sentences_of_docstrings_start_with_a_verb_or_noun(
    docstring: str, found: list[tuple[int, str]]
) -> None:
    assert (
        words(python_findings(f'def f():\n    """{docstring}"""\n    return "What is it?"\n'))
        == found
    )


def test_a_line_is_allowed_with_a_reason_only() -> None:
    assert words(python_findings("# words: furniture\nX = 'a desk here'\n")) == []
    assert words(python_findings("X = 'a desk here'  # words: furniture\n")) == []
    assert words(python_findings("X = 'a desk here'  # words:\n")) == [(1, "desk")]
    assert words(markdown_findings("<!-- words: furniture -->\nA desk.\n\nA desk.\n")) == [
        (4, "desk")
    ]


def test_only_the_newest_section_of_the_changelog_is_read(tmp_path: Path) -> None:
    log = tmp_path / "CHANGELOG.md"
    log.write_text("# Changes\n\n## [2]\n\n- desk\n\n## [1]\n\n- felt\n", encoding="utf-8")
    assert [(f.line, f.word) for f in check(log)] == [(5, "desk")]


def test_generated_pages_are_checked_where_their_text_is_written(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("<!-- Made by `make docs`; do not edit. -->\n\nA desk.\n", encoding="utf-8")
    assert check(page) == []


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name, text in {
        "README.md": "Fine.\n",
        "src/assay/one/a.py": '"""A desk."""\n',
        "src/assay/two.py": '"""Good."""\n',
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("exempt", "pending", "problems"),
    [
        ([], [], ["src/assay/one/a.py:1: desk → we, workspace"]),
        (["src/assay/one"], [], []),
        ([], ["src/assay/one"], []),
        (["src/assay/one", "gone"], [], ["tools/words.py: 'gone' does not exist"]),
        (
            [],
            ["src/assay/one", "src/assay/two.py", "gone"],
            [
                "tools/words.py: 'src/assay/two.py' has no findings left",
                "tools/words.py: 'gone' does not exist",
            ],
        ),
    ],
)
def test_lists_exclude_paths_and_may_not_outlive_them(
    project: Path, exempt: list[str], pending: list[str], problems: list[str]
) -> None:
    assert repository(project, exempt, pending) == problems


def test_the_repository_has_no_findings() -> None:
    assert repository(ROOT, EXEMPT, PENDING) == []


def test_findings_are_printed_and_fail(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(project / "src")]) == 1
    assert capsys.readouterr().out.endswith("one/a.py:1: desk → we, workspace\n")
    assert main([str(project / "README.md")]) == 0
