"""What processes and servers cost, and the middle of several rounds."""

import dataclasses
import os
import pathlib
import re
import statistics

US_A_TICK = 1_000_000 // os.sysconf("SC_CLK_TCK")


# ---- processes --------------------------------------------------------------

def stat_fields(pid):
    """Fields of /proc/PID/stat from the state on; None when it is gone. The
    command before them may hold spaces."""
    try:
        text = pathlib.Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return text.rpartition(")")[2].split()


def cpu_us(pid, with_ended_children=False):
    """User and system time of a process, in microseconds; 0 when gone."""
    fields = stat_fields(pid)
    if fields is None:
        return 0
    last = 15 if with_ended_children else 13
    return sum(map(int, fields[11:last])) * US_A_TICK


def children(pid):
    try:
        text = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return []
    return [int(word) for word in text.split()]


def memory_peak_kib(pid):
    """The most memory a process ever had."""
    text = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"^VmHWM:\s+(\d+) kB", text, re.M)[1])


# ---- servers ----------------------------------------------------------------

def cpu_us_postgresql(pid):
    """The server and its processes, those that ended too."""
    return (cpu_us(pid, with_ended_children=True)
            + sum(cpu_us(child) for child in children(pid)))


def cpu_us_machine():
    """All that the machine has done, for anybody."""
    with open("/proc/stat", encoding="ascii") as file:
        user, nice, system, _idle, _wait, irq, softirq, steal = map(
            int, file.readline().split()[1:9])
    return (user + nice + system + irq + softirq + steal) * US_A_TICK


@dataclasses.dataclass
class Usage:
    """CPU in microseconds, WAL in bytes."""

    postgresql: int
    kafka: int
    machine: int
    wal: int

    def __sub__(self, before):
        return Usage(*(getattr(self, field.name) - getattr(before, field.name)
                       for field in dataclasses.fields(self)))


def read_usage(stack, connection):
    """What the servers and the machine have used so far; one reading taken
    from a later one is the cost of what lies between."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn")
        wal = int(cursor.fetchone()[0])
    return Usage(cpu_us_postgresql(stack.postgresql_pid),
                 cpu_us(stack.kafka_pid), cpu_us_machine(), wal)


# ---- rounds -----------------------------------------------------------------

@dataclasses.dataclass
class Series:
    """One number of each round."""

    values: list

    @property
    def median(self):
        return statistics.median(self.values)

    @property
    def low(self):
        return min(self.values)

    @property
    def high(self):
        return max(self.values)

    def as_json(self):
        return {"median": self.median, "min": self.low, "max": self.high,
                "rounds": self.values}


def ratios(over, under):
    """Round by round: the two ran minutes apart, not a whole run apart."""
    return Series([a / b for a, b in zip(over.values, under.values)])
