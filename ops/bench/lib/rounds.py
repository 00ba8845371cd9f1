"""Rounds of all subjects in turn, so that a slow minute of the machine meets
each of them; the first round only warms the servers up."""

from .common import ROOT, BenchError, say
from .trial import measure

SHIPPED = ROOT / "rules/gigs.yaml"
# A digest of all entries; and what contracts paid apart from the first one.
AGREED = {"ledger", "contracts"}


class Bench:
    """What subjects share: the stack, the load that all of them get, and the
    file of rules."""

    def __init__(self, stack, load, rules=SHIPPED):
        self.stack = stack
        self.load = load
        self.rules = rules
        self.agreed = {}  # what one says of the events, all who know it must

    def check_agreement(self, subject, books):
        for fact in AGREED & books.keys():
            if self.agreed.setdefault(fact, books[fact]) != books[fact]:
                raise BenchError(
                    f"{subject.name} and another made different books of the "
                    f"same events: {fact} {books[fact]} against "
                    f"{self.agreed[fact]}")

    def run(self, subjects, rounds, keep=False):
        """name -> trials. `keep` leaves the last round's rows and topics."""
        trials = {subject.name: [] for subject in subjects}
        for number in range(rounds + 1):
            say(f"round {number} of {rounds}" if number
                else "a round to warm up")
            done = self.run_round(subjects, number)
            if number:
                for name, trial in done.items():
                    trials[name].append(trial)
            if not keep or number < rounds:
                for subject in subjects:
                    subject.remove()
        return trials

    def run_round(self, subjects, number):
        done = {}
        for subject in subjects:
            tag = f"r{number}_{subject.name.replace('-', '_')}"
            trial = measure(self.stack, subject, tag)
            self.check_agreement(subject, trial.books)
            done[subject.name] = trial
        return done
