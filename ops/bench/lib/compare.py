"""The table of all subjects: rates, ratios, costs."""

from .measure import Series, ratios
from .report import table

# Columns that tell how much faster a subject is than these.
AGAINST = ("loop", "python", "bento", "bento-batch", "reward-1")
GROUPS = ("worker", "relay", "postgresql", "kafka", "vacuum")
GROUP_HEADS = ["worker us", "relay us", "PG us", "Kafka us", "vacuum us"]
MIB = 1024


class Row:
    """What is told of one subject."""

    def __init__(self, subject, trials):
        self.name = subject.name
        self.title = subject.title
        self.trials = trials
        self.rate = self.series(lambda trial: trial.rate)

    def series(self, number):
        return Series([number(trial) for trial in self.trials])

    def cpu(self, group):
        """Microseconds an event; None when it has no such processes."""
        if any(group not in trial.cpu_us for trial in self.trials):
            return None
        return self.series(lambda trial: trial.cpu_an_event(group))

    def peak_kib(self, group):
        peaks = [peak for trial in self.trials
                 for peak in trial.peak_kib.get(group, ())]
        return max(peaks, default=None)

    def wal(self):
        return self.series(lambda trial: trial.wal_bytes / trial.events)

    def new_wal(self):
        """In how many rounds PostgreSQL had to make new WAL files, which
        costs more than to use old ones again."""
        return sum(trial.wal_bytes > trial.wal_ready for trial in self.trials)

    def other_cores(self):
        return self.series(lambda trial: trial.other_cores)


class Comparison:
    def __init__(self, subjects, trials):
        self.rows = {subject.name: Row(subject, trials[subject.name])
                     for subject in subjects}
        self.against = [name for name in AGAINST if name in self.rows]

    def ratio(self, row, name):
        return ratios(row.rate, self.rows[name].rate)

    # -- for people

    def text(self):
        heads = (["", "events/s", "min", "max"]
                 + [f"x {name}" for name in self.against]
                 + GROUP_HEADS + ["WAL B", "peak MiB", "others", "books"])
        rows = [self.cells(row) for row in self.rows.values()]
        legend = "\n".join(f"{row.name:10} {row.title}"
                           for row in self.rows.values())
        cold = "".join(f"\n{row.name}: new WAL files in {row.new_wal()} rounds"
                       for row in self.rows.values() if row.new_wal())
        return f"{table(heads, rows)}\n\n{legend}\n\n{NOTES}{cold}"

    def cells(self, row):
        return ([row.name, f"{row.rate.median:,.0f}", f"{row.rate.low:,.0f}",
                 f"{row.rate.high:,.0f}"]
                + [f"{self.ratio(row, name).median:.2f}"
                   for name in self.against]
                + [cost and f"{cost.median:.1f}"
                   for cost in map(row.cpu, GROUPS)]
                + [f"{row.wal().median:.0f}", self.peaks(row),
                   f"{row.other_cores().median:.2f}", "closed"])

    @staticmethod
    def peaks(row):
        return " / ".join(f"{peak / MIB:.0f}" for peak in map(
            row.peak_kib, ("worker", "relay")) if peak is not None)

    # -- for machines

    def as_json(self):
        return {name: self.row_json(row) for name, row in self.rows.items()}

    def row_json(self, row):
        costs = {group: row.cpu(group) for group in GROUPS}
        return {
            "title": row.title,
            "events_per_s": row.rate.as_json(),
            "ratio_to": {name: self.ratio(row, name).as_json()
                         for name in self.against},
            "cpu_us_per_event": {group: cost.as_json() for group, cost
                                 in costs.items() if cost},
            "wal_bytes_per_event": row.wal().as_json(),
            "peak_kib": {group: row.peak_kib(group)
                         for group in ("worker", "relay")},
            "new_wal_rounds": row.new_wal(),
            "other_cores": row.other_cores().as_json(),
            "books": "closed",
            "trials": [vars(trial) for trial in row.trials]}


NOTES = """\
events/s, CPU, WAL: medians; min and max: of events/s; x NAME: the median of \
the
rounds' ratios to NAME. CPU and WAL are for one event; vacuum: PostgreSQL's to
tidy up afterwards; peak MiB: the most that a worker / relay took; others: cores
that were busy for something else."""
