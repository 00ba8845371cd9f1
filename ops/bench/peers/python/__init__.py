"""The same promises in Python: confluent-kafka and psycopg2, batches of 4000,
COPY and arrays, the same tables, two workers and a relay. What an event is
worth comes from the model that the tests check the program against."""

import json
import pathlib
import sys

from lib.common import ROOT
from lib.process import Process, stop_all
from lib.program import INPUT

from ..reward import Reward

HERE = pathlib.Path(__file__).parent


class Python(Reward):
    """The database, the topics, the clock and the checks are those of the
    program; only the processes are others."""

    plain = True

    def __init__(self, bench, name, workers=2):
        super().__init__(bench, name, workers)
        self.title = (f"confluent-kafka and psycopg2, {workers} workers and a "
                      "relay: the same tables, messages and guarantees")

    def start(self):
        self.processes = {
            "worker": [self.start_script("worker", f"worker-{number}")
                       for number in range(1, self.workers + 1)],
            "relay": [self.start_script("relay", "relay")]}

    def start_script(self, script, name):
        settings = self.program.dir / f"{script}.json"
        settings.write_text(json.dumps({
            "bootstrap": self.stack.bootstrap, "name": self.program.tag,
            "dsn": self.stack.dsn(script, self.database), "input": INPUT,
            "output": self.program.output, "dlq": self.program.dlq,
            "position": self.program.position,
            "rules": str(self.bench.rules),
            "schemas": str(ROOT / "schemas/events")}))
        return Process(f"python {name}",
                       [sys.executable, HERE / f"{script}.py", settings],
                       self.program.dir / f"{name}.log",
                       env={"PGPASSFILE": self.stack.pgpass,
                            "PYTHONPATH": ROOT / "tests/support"})

    def stop(self):
        stop_all(self.all_processes())
        self.processes = {}
