"""Tables for people, JSON for machines, and the machine they are about."""

import json
import os
import pathlib
import platform
import re

from .common import ROOT, run_tool
from .hugepages import used_mib


def machine(stack):
    """What the numbers depend on."""
    return {
        "cores": len(os.sched_getaffinity(0)),
        "cpu": found(r"^model name\s*: (.*)$", "/proc/cpuinfo"),
        "memory_mib": int(found(r"^MemTotal:\s+(\d+)", "/proc/meminfo"))
        // 1024,
        "kernel": platform.release(),
        "hugepages_mib": used_mib(),
        "postgresql": stack.sql("SHOW server_version")[0][0],
        "kafka": found(r"<kafka.version>(.*)</", ROOT / "ops/kafka/pom.xml"),
        "librdkafka": run_tool(
            "pkg-config", ["pkg-config", "--modversion", "rdkafka"]).strip()}


def found(pattern, path):
    match = re.search(pattern, pathlib.Path(path).read_text(), re.M)
    return match[1] if match else "unknown"


def machine_text(about):
    return (f"{about['cores']} cores ({about['cpu']}), {about['memory_mib']} "
            f"MiB, {about['hugepages_mib']} of them in huge pages, "
            f"Linux {about['kernel']}\nPostgreSQL {about['postgresql']}, "
            f"Kafka {about['kafka']}, librdkafka {about['librdkafka']}")


def table(heads, rows):
    """Columns as wide as they must be, the first to the left, numbers to the
    right; a cell that is None shows as a dash."""
    lines = [heads] + [["-" if cell is None else str(cell) for cell in row]
                       for row in rows]
    widths = [max(len(line[i]) for line in lines) for i in range(len(heads))]
    return "\n".join(
        "  ".join(cell.rjust(width) if i else cell.ljust(width)
                  for i, (cell, width) in enumerate(zip(line, widths)))
        .rstrip() for line in lines)


def print_json(found_all):
    print(json.dumps(found_all, indent=2, default=float))
