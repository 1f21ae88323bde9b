from __future__ import annotations

import pytest

from assay.yaml.reader import SIZE_LIMIT
from assay.yaml.source_map import DEPTH_LIMIT
from tests.package import format_text, read_yaml


def one_message(data: bytes) -> str:
    read = read_yaml(data, "a.yaml")
    assert read.documents == () or all(not isinstance(d, dict) for d in read.documents)
    assert len(read.diagnostics) == 1, [d.message for d in read.diagnostics]
    return format_text(read.diagnostics[0]).splitlines()[0]


BOMB = b"a: &a [x,x,x,x,x,x,x,x,x]\n" + b"".join(
    b"%c: &%c [%s]\n" % (98 + i, 98 + i, b",".join([b"*%c" % (97 + i)] * 9)) for i in range(9)
)

REFUSED: dict[str, tuple[bytes, str, str, str]] = {
    "empty": (b"", "", "the file has no document", "empty-file"),
    "only comments": (b"# x\n", "", "the file has no document", "empty-file"),
    "binary": (b"a\0b", "", "the file is binary: byte 1 is zero", "binary-file"),
    "latin-1": (
        "kind: source\ntitle: café\n".encode("latin-1"),
        "2:11",
        "the file is not UTF-8: byte 23 is 0xe9",
        "not-utf8",
    ),
    "utf-16": ("a: 1".encode("utf-16"), "", "the file is saved as UTF-16", "not-utf8"),
    "escape character": (
        b"a: \x1b[31m\n",
        "1:4",
        "invisible character U+001B",
        "control-character",
    ),
    "line separator": (
        "a: x\u2028y\n".encode(),
        "1:5",
        "invisible character U+2028",
        "control-character",
    ),
    "50 MB": (
        b"a: " + b"x" * 50_000_000,
        "",
        f"the file is too large: 50,000,003 bytes, at most {SIZE_LIMIT:,} are allowed",
        "file-too-large",
    ),
    "millions of values": (
        b"- a\n" * 1_000_000,
        "200001:3",
        "the file has more than 200,000 values",
        "file-too-large",
    ),
    "open brackets": (
        b"a: " + b"[" * 1_000_000,
        "1:43",
        f"lists and mappings are nested more than {DEPTH_LIMIT} levels deep",
        "nested-too-deep",
    ),
    "closed brackets": (
        b"a: " + b"[" * 100 + b"]" * 100,
        "1:43",
        f"lists and mappings are nested more than {DEPTH_LIMIT} levels deep",
        "nested-too-deep",
    ),
    "list in list": (
        b"- " * 100_000,
        "1:81",
        f"lists and mappings are nested more than {DEPTH_LIMIT} levels deep",
        "nested-too-deep",
    ),
    "alias bomb": (BOMB, "1:4", "YAML anchors are not supported", "yaml-alias"),
    "tab": (b"kind: source\n\tid: x\n", "2:1", "tab in the indentation", "tab-indentation"),
    "duplicate key": (
        b"id: a\ntitle: x\nid: b\n",
        "3:1",
        "duplicate key 'id', first set on line 1",
        "duplicate-key",
    ),
    "duplicate key inside": (
        b"a:\n  - {id: a, id: b}\n",
        "2:13",
        "duplicate key 'id', first set on line 2",
        "duplicate-key",
    ),
    "merge key": (b"a:\n  <<: {b: 1}\n", "2:3", "YAML merge keys are not supported", "merge-key"),
    "tag": (
        b"a: !!python/object:os.system x\n",
        "1:4",
        "the YAML tag !!python/object:os.system is not supported",
        "yaml-tag",
    ),
    "not a number": (b"a: .nan\n", "1:4", ".nan is not a finite number", "not-a-number"),
    "infinite": (b"a: [1, -.inf]\n", "1:8", "-.inf is not a finite number", "not-a-number"),
    "beyond 64 bit": (
        b"a: 9223372036854775808\n",
        "1:4",
        "number 9223372036854775808 is too large",
        "number-too-large",
    ),
    "beyond 128 bit": (
        b"a: " + b"9" * 50 + b"\n",
        "1:4",
        f"number {'9' * 40} is too large",
        "number-too-large",
    ),
    "number as key": (b"a: 1\n2024: b\n", "2:1", "key 2024 must be text", "key-not-text"),
    "truth value as key": (b"true: b\n", "1:1", "key true must be text", "key-not-text"),
    "list as key": (
        b"? [a]\n: b\n",
        "1:3",
        "a list or mapping is used as a key",
        "key-not-text",
    ),
    "list": (b"- a\n", "1:1", "a document must be a mapping, not a list", "not-a-mapping"),
    "text": (
        b"hello",
        "1:1",
        "a document must be a mapping, not 'hello'",
        "not-a-mapping",
    ),
    "open quote": (
        b'a: 1\nb: "abc\nc: 2\n',
        "2:4",
        "invalid YAML: found unexpected end of stream",
        "yaml-syntax",
    ),
    "colon in a text": (
        b"title: a: b\n",
        "1:9",
        "invalid YAML: mapping values are not allowed in this context",
        "yaml-syntax",
    ),
    "lone surrogate": (
        b'a: "\\ud800"\n',
        "1:7",
        (
            "invalid YAML: found invalid Unicode character escape code "
            "(in the value that starts on line 1)"
        ),
        "yaml-syntax",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_not_read_gets_one_message(case: str) -> None:
    data, place, message, code = REFUSED[case]
    severity = "warning" if code == "empty-file" else "error"
    shown = f"a.yaml:{place}" if place else "a.yaml"
    assert one_message(data) == f"{shown}: {severity}: {message} [{code}]"


def test_every_duplicate_key_is_reported() -> None:
    read = read_yaml(b"a: 1\na: 2\nb: {c: 1, c: 2}\n", "a.yaml")
    assert [(d.line, d.column) for d in read.diagnostics] == [(2, 1), (3, 11)]


@pytest.mark.parametrize(
    "data",
    [b"kind: source\nid: a\n", b"\xef\xbb\xbfkind: source\nid: a\n", b"kind: source\r\nid: a\r\n"],
    ids=["plain", "byte-order mark", "CRLF"],
)
def test_marks_and_line_ends_make_no_difference(data: bytes) -> None:
    read = read_yaml(data, "a.yaml")
    assert read.documents == ({"kind": "source", "id": "a"},)
    assert read.diagnostics == ()
    position = read.locate(0, ("id",))
    assert (position.line, position.column, position.excerpt) == (2, 5, "id: a")


def test_words_stay_words() -> None:
    read = read_yaml(b"a: NO\nb: on\non: yes\nc: 2024-01-29\nd: 12:30\n", "a.yaml")
    assert read.documents == ({"a": "NO", "b": "on", "on": "yes", "c": "2024-01-29", "d": "12:30"},)


def test_several_documents_are_kept_apart() -> None:
    read = read_yaml(b"---\nid: a\n---\n---\nid: b\n", "a.yaml")
    assert read.documents == ({"id": "a"}, None, {"id": "b"})
    assert read.locate(2, ("id",)).line == 5
    assert read.locate(2, ("id",), key=True).column == 1


def test_a_path_that_is_absent_gives_what_is_around_it() -> None:
    read = read_yaml(b"id: a\nclaims:\n  - id: x\n", "a.yaml")
    position = read.locate(0, ("claims", 0, "text", 3))
    assert (position.line, position.column) == (3, 5)
    assert read.locate(7, ()).line == 0


def test_text_of_a_file_never_reaches_the_terminal_raw() -> None:
    read = read_yaml(b"a: \x1b[31m\n", "a.yaml")
    assert "\x1b" not in format_text(read.diagnostics[0])


def test_ids_of_an_unreadable_file_are_still_known() -> None:
    read = read_yaml(b"kind: source\nid: a  # x\n---\nid: 'b'\ntitle: x: y\n", "a.yaml")
    assert read.diagnostics
    assert read.mentioned_ids == ("a", "b")
