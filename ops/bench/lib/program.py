"""`reward` on one database and one set of topics."""

import subprocess

import yaml

from .common import REWARD, ROOT, BenchError, clean_env
from .process import Process, stop_all
from .stack import DATABASE

INPUT = "gigchain.domain-events"
PARTITIONS = 4
COMMAND_S = 1800
ROLES = ("owner", "worker", "relay", "reader")


def merged(settings, more):
    """Settings of `more` over `settings`, at any depth."""
    both = dict(settings)
    for name, value in more.items():
        both[name] = merged(both.get(name, {}), value) \
            if isinstance(value, dict) else value
    return both


class Program:
    """Workers and relay of one run. All that is named by `tag` (consumer
    group, relay, output topics) is nobody else's: runs do not meet."""

    def __init__(self, stack, tag, database=DATABASE, settings=None):
        self.stack = stack
        self.tag = tag
        self.database = database
        self.output = f"{tag}.token-events"
        self.dlq = f"{tag}.dlq"
        self.position = f"{tag}.position"
        self.settings = settings or {}
        self.dir = stack.dir / tag
        self.workers = []
        self.relays = []

    @property
    def processes(self):
        return self.workers + self.relays

    def prepare(self, fresh=True):
        """Output topics and settings; with `fresh`, an empty database."""
        self.dir.mkdir(exist_ok=True)
        if fresh:
            self.stack.fresh_database(self.database)
        self.stack.create_topics(self.topics())
        for role in ROLES:
            self.write_settings(role)

    def topics(self):
        return {self.output: (PARTITIONS, {}),
                # A dead letter keeps a record whole and adds headers to it.
                self.dlq: (1, {"max.message.bytes": "2097152"}),
                self.position: (1, {"cleanup.policy": "compact"})}

    def remove(self):
        """Topics and database; the processes have ended before."""
        self.stack.delete_topics(self.topics())
        self.stack.drop_database(self.database)

    # -- settings

    def config(self, role):
        return self.dir / f"{role}.yaml"

    def write_settings(self, role):
        """What is not named here is as built in."""
        settings = {
            "kafka": {"bootstrap_servers": self.stack.bootstrap,
                      "group_id": self.tag,
                      "inputs": [{"topic": INPUT}],
                      "output": {"topic": self.output},
                      "dlq": {"topic": self.dlq},
                      "position": {"topic": self.position}},
            "postgres": {
                "dsn": self.stack.dsn(role, self.database),
                "password": {"file": self.stack.password_file(role)}},
            "rules": {"dir": str(ROOT / "rules/gigs.yaml")},
            "schemas": {"dir": str(ROOT / "schemas/events")},
            "relay": {"name": self.tag}}
        self.config(role).write_text(yaml.safe_dump(
            merged(settings, self.settings), sort_keys=False))

    # -- processes

    def start(self, name, command, role):
        return Process(f"{command} of {self.tag}",
                       [REWARD, command, "--config", self.config(role)],
                       self.dir / f"{name}.log")

    def start_worker(self):
        worker = self.start(f"worker-{len(self.workers) + 1}", "run", "worker")
        self.workers.append(worker)
        return worker

    def start_relay(self):
        relay = self.start(f"relay-{len(self.relays) + 1}", "relay", "relay")
        self.relays.append(relay)
        return relay

    def check(self):
        for process in self.processes:
            process.check()

    def stop(self):
        ended, self.workers, self.relays = self.processes, [], []
        stop_all(ended)

    # -- commands that end by themselves

    def run(self, *words, role="reader"):
        return subprocess.run(
            [REWARD, *words, "--config", self.config(role)], text=True,
            capture_output=True, stdin=subprocess.DEVNULL, env=clean_env(),
            timeout=COMMAND_S, check=False)

    def verify(self, *options):
        """Raises when the books do not close; `--topic` reads topics too."""
        done = self.run("verify", "--quiet", *options)
        if done.returncode:
            raise BenchError(f"the books of {self.tag} do not close:\n"
                             f"{done.stdout}{done.stderr}")
