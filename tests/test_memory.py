"""What may be taken is the least of what machine, container and process leave."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from assay.memory import available_bytes, parse_size, require_available
from tests.package import UsageError

GB = 10**9


def machine(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


def test_what_the_machine_has_free(tmp_path: Path) -> None:
    told = "MemTotal: 16000000 kB\nMemAvailable:    9000000 kB\n"
    assert available_bytes(machine(tmp_path, {"proc/meminfo": told})) == 9_000_000 * 1024


def test_a_container_may_leave_less(tmp_path: Path) -> None:
    files = {
        "proc/meminfo": "MemAvailable: 9000000 kB\n",
        "proc/self/cgroup": "0::/\n",
        "sys/fs/cgroup/memory.max": "4000000000\n",
        "sys/fs/cgroup/memory.current": "1500000000\n",
        "sys/fs/cgroup/memory.stat": "anon 1000000000\ninactive_file 400000000\n",
    }
    assert available_bytes(machine(tmp_path, files)) == 2_900_000_000


def test_every_group_around_the_process_counts(tmp_path: Path) -> None:
    files = {
        "proc/self/cgroup": "0::/desk/nightly\n",
        "sys/fs/cgroup/desk/memory.max": "2000000000",
        "sys/fs/cgroup/desk/memory.current": "500000000",
        "sys/fs/cgroup/desk/nightly/memory.max": "max",
        "sys/fs/cgroup/desk/nightly/memory.current": "100",
    }
    assert available_bytes(machine(tmp_path, files)) == 1_500_000_000


def test_the_older_form_of_groups(tmp_path: Path) -> None:
    files = {
        "proc/self/cgroup": "5:cpu,cpuacct:/a\n4:memory:/a\n",
        "sys/fs/cgroup/memory/a/memory.limit_in_bytes": "3000000000",
        "sys/fs/cgroup/memory/a/memory.usage_in_bytes": "1000000000",
        "sys/fs/cgroup/memory/a/memory.stat": "cache 1\ntotal_inactive_file 5\n",
        "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712",
        "sys/fs/cgroup/memory/memory.usage_in_bytes": "1",
    }
    assert available_bytes(machine(tmp_path, files)) == 2_000_000_005


def test_nothing_may_be_known(tmp_path: Path) -> None:
    assert available_bytes(tmp_path) is None
    require_available(10 * GB, None, "these tables", "do something else")


@pytest.mark.parametrize(
    ("text", "size"),
    [("8GB", 8 * GB), ("500 MB", 500_000_000), ("2.5g", 2_500_000_000), ("1000", 1000)],
)
def test_sizes_are_written_as_people_write_them(text: str, size: int) -> None:
    assert parse_size(text) == size


@pytest.mark.parametrize("text", ["", "much", "-1GB", "8 GiB", "1e9"])
def test_what_is_no_size(text: str) -> None:
    message = re.escape(f"invalid size {text!r}; use a size such as 8GB")
    with pytest.raises(ValueError, match=message):
        parse_size(text)


def test_the_refusal_names_the_way_out() -> None:
    with pytest.raises(UsageError) as refused:
        require_available(20 * GB, 3 * GB, "these tables", "score them on a cluster")
    assert str(refused.value) == (
        "these tables need about 20.0 GB of memory, but only 3.0 GB are available; score them on "
        "a cluster, or set another limit with '--memory SIZE'"
    )
