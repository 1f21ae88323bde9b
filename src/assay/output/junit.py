"""Results of rule tests as JUnit XML, which build servers show."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from pathlib import PurePosixPath
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from assay.scoring.rule_tests import CaseResult, failure_lines


def junit_xml(results: Sequence[CaseResult], folder: str = "") -> bytes:
    """Write one suite per file; a failure contains the differences. Times are left out.

    Build servers resolve paths from the root of the repository; ``folder`` is the path of the
    workspace from there.
    """
    failed = sum(not r.passed for r in results)
    root = Element("testsuites", tests=str(len(results)), failures=str(failed))
    for file, grouped in groupby(results, key=lambda r: r.file):
        cases = list(grouped)
        suite = SubElement(
            root,
            "testsuite",
            name=file,
            tests=str(len(cases)),
            failures=str(sum(not c.passed for c in cases)),
            errors="0",
            skipped="0",
        )
        for case in cases:
            element = SubElement(
                suite,
                "testcase",
                classname=file,
                name=case.name,
                file=str(PurePosixPath(folder, file)),
                line=str(case.line),
            )
            if not case.passed:
                text = "\n".join(line for d in case.differences for line in failure_lines(d))
                count = sum(len(d.lines) for d in case.differences)
                failure = SubElement(element, "failure", message=f"{count} not as expected")
                failure.text = _allowed(text)
    indent(root)
    made: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return made + b"\n"


def _allowed(text: str) -> str:
    """Replace the control characters that XML cannot contain."""
    return "".join(c if c in "\n\t" or c >= " " else "\ufffd" for c in text)
