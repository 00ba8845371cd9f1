"""One measured run of one subject."""

import contextlib
import dataclasses
import time

from .common import BenchError, say
from .measure import read_usage
from .watch import Stalled, watch


@dataclasses.dataclass
class Trial:
    """CPU in microseconds of the whole run, memory in KiB."""

    events: int
    seconds: float
    posted_s: float | None
    start_s: float | None     # from launch to the first batch: not in seconds
    cpu_us: dict              # worker, relay, postgresql, kafka, vacuum
    peak_kib: dict            # worker, relay: a list each
    wal_bytes: int
    wal_ready: int            # files there for that much, before the run
    other_cores: float        # busy for others meanwhile
    books: dict

    @property
    def rate(self):
        return self.events / self.seconds

    def cpu_an_event(self, group):
        return self.cpu_us.get(group, 0) / self.events


def group_cpu(subject):
    return {group: sum(process.cpu_us() for process in processes)
            for group, processes in subject.processes.items()}


def group_peaks(subject):
    return {group: [process.memory_peak_kib() for process in processes]
            for group, processes in subject.processes.items()}


def run_and_watch(stack, subject, connection):
    """A trial without its books. What processes used before the start, to get
    ready, is not part of it."""
    wal_ready = stack.wal_ready()
    before, own_before = read_usage(stack, connection), group_cpu(subject)
    launched = time.time()
    subject.start()
    try:
        watch(lambda: subject.look(connection), subject.check)
    except Stalled as failure:
        raise BenchError(f"{failure}\n{subject.logs()}") from None
    used = read_usage(stack, connection) - before
    took_us = (time.time() - launched) * 1e6
    own = {group: cpu - own_before.get(group, 0)
           for group, cpu in group_cpu(subject).items()}
    cpu = {**own, "postgresql": used.postgresql, "kafka": used.kafka}
    clock = subject.clock(connection)
    return Trial(
        events=subject.bench.load.events, seconds=clock.seconds,
        posted_s=clock.posted_s,
        start_s=clock.first_at and clock.first_at - launched,
        cpu_us=cpu, peak_kib=group_peaks(subject), wal_bytes=used.wal,
        wal_ready=wal_ready,
        other_cores=(used.machine - sum(cpu.values())) / took_us, books={})


def measure(stack, subject, tag):
    """Runs it on warm servers whose last checkpoint is over."""
    say(f"{subject.name}: getting ready")
    try:
        subject.prepare(tag)
        stack.checkpoint()
        with contextlib.closing(
                stack.connect("admin", subject.database)) as connection:
            trial = run_and_watch(stack, subject, connection)
        subject.stop()
    except BaseException:
        subject.kill()
        raise
    trial.books = subject.books()
    if not stack.autovacuum:
        trial.cpu_us["vacuum"] = stack.vacuum(subject.database)
    say(f"{subject.name}: {trial.rate:,.0f} events/s")
    return trial
