#!/usr/bin/python3
"""Publishes a backlog of domain events: a realistic mix of all types, the same
for the same seed apart from its times, which end now.

The shebang names the system's Python: it has the packages ops/setup installs.
"""

import argparse
import collections
import datetime
import random
import time
import typing

from confluent_kafka import Producer

UTC = datetime.timezone.utc
HOT_ACCOUNTS = 20
HOT_SHARE = 0.2  # of all events go to the hot accounts
REPEAT_SHARE = 0.01
KEPT = 4000  # of 2 % of all events: a repeat is of the last 200,000
BINARY_SHARE = 0.15
SPREAD_S = 12 * 3600  # young enough to notify somebody


class Published(typing.NamedTuple):
    """What was sent; `distinct` leaves the repeats out."""

    events: int
    distinct: int
    size: int
    seconds: float

    def __str__(self):
        return (f"{self.events} events of {self.size // max(self.events, 1)} "
                f"bytes in {self.seconds:.1f} s")


class Mix:
    """Events as (key, value, headers); the last of them happen `now`."""

    def __init__(self, seed, accounts, now=None):
        self.random = random.Random(seed)
        self.accounts = [
            "0x" + f"{n * 0x9E3779B97F4A7C15 + 0x1234567:040x}"[-40:]
            for n in range(1, accounts + 1)]
        now = now or datetime.datetime.now(UTC)
        self.times = [
            (now - datetime.timedelta(seconds=s)).strftime("%Y-%m-%dT%H:%M:%SZ")
            for s in range(SPREAD_S)]
        self.today = now.date()
        self.logins = {}
        self.levels = {}
        self.kept = collections.deque(maxlen=KEPT)
        self.count = 0
        kinds = [
            (30, "contracts", "contract.completed", self.contract),
            (22, "progress", "xp.gained", self.xp),
            (17, "logins", "login.streak", self.streak),
            (8, "progress", "level.reached", self.level),
            (7, "contracts", "review.written", self.review),
            (6, "accounts", "referral.accepted", self.referral),
            (3, "templates", "template.accepted", self.template),
            (2, "accounts", "profile.completed", self.nothing),
            (2, "accounts", "identity.verified", self.nothing),
            (2, "community", "community.contributed", self.community),
            (0.8, "contracts", "contract.refunded", self.refund),
            (0.2, "progress", "badge.won", self.nothing),  # has no schema
        ]
        self.weights = [kind[0] for kind in kinds]
        self.kinds = kinds

    def events(self, count):
        for kind in self.random.choices(self.kinds, self.weights, k=count):
            if self.kept and self.random.random() < REPEAT_SHARE:
                yield self.random.choice(self.kept)
                continue
            record = self.record(*kind[1:])
            if self.random.random() < 0.02:
                self.kept.append(record)
            yield record

    def account(self):
        if self.random.random() < HOT_SHARE:
            return self.accounts[self.random.randrange(HOT_ACCOUNTS)]
        return self.random.choice(self.accounts)

    def record(self, source, name, fields):
        self.count += 1
        account = self.account()
        data = f'{{"user_address":"{account}"{fields(account)}}}'
        event_id = f"{self.random.getrandbits(64):016x}-{self.count:08x}"
        at = self.times[int(self.random.random() * SPREAD_S)]
        kind = f"io.gigchain.{name}.v1"
        source = "/gigchain/" + source
        if self.random.random() < BINARY_SHARE:
            return account, data, [
                ("ce_specversion", "1.0"), ("ce_id", event_id),
                ("ce_source", source), ("ce_type", kind), ("ce_time", at),
                ("content-type", "application/json")]
        return account, (
            f'{{"specversion":"1.0","id":"{event_id}","source":"{source}",'
            f'"type":"{kind}","time":"{at}",'
            f'"datacontenttype":"application/json","data":{data}}}'), [
                ("content-type", "application/cloudevents+json")]

    # -- the fields of each type, as JSON

    def contract(self, _account):
        cents = self.random.randint(500, 200000)
        on_time = "true" if self.random.random() < 0.7 else "false"
        rating = ""
        if self.random.random() < 0.7:
            rating = f',"rating":"{self.random.choice((3, 4, 4.5, 4.8, 5))}"'
        return (f',"contract_id":"gig_{self.count:08X}",'
                f'"contract_value_usd":"{cents // 100}.{cents % 100:02}",'
                f'"delivered_on_time":{on_time}{rating}')

    def xp(self, _account):
        return f',"xp_gained":{self.random.randint(10, 250)},"reason":"contract"'

    def streak(self, account):
        """A day of its own for each login, back from today."""
        days = self.logins[account] = self.logins.get(account, 0) + 1
        date = self.today - datetime.timedelta(days=days - 1)
        return f',"streak_days":{days},"login_date":"{date}"'

    def level(self, account):
        old = self.levels.get(account, 1)
        self.levels[account] = old + 1
        return f',"old_level":{old},"new_level":{old + 1}'

    def review(self, _account):
        return (f',"review_id":"rev_{self.count:08X}",'
                f'"contract_id":"gig_{self.random.randrange(10**6):08X}"')

    def referral(self, _account):
        return f',"invitee_address":"0x{self.random.getrandbits(160):040x}"'

    def template(self, _account):
        return f',"template_id":"tpl_{self.count}"'

    def community(self, _account):
        return (f',"contribution_id":"cc_{self.count}",'
                f'"amount_gigs":"{self.random.randint(10, 900)}.50",'
                '"note":"Translated a page of the handbook"')

    def refund(self, _account):
        return f',"contract_id":"gig_{self.random.randrange(10**6):08X}"'

    @staticmethod
    def nothing(_account):
        return ""


def send(producer, topic, record):
    key, value, headers = record
    while True:
        try:
            producer.produce(topic, key=key, value=value, headers=headers)
            return
        except BufferError:
            producer.poll(0.05)


def publish(bootstrap, topic, events, accounts=20000, seed=1):
    """Sends that many events."""
    producer = Producer({
        "bootstrap.servers": bootstrap, "linger.ms": 20,
        "compression.type": "lz4", "partitioner": "murmur2_random",
        "max.in.flight": 1, "queue.buffering.max.messages": 50000})
    started = time.monotonic()
    mix = Mix(seed, accounts)
    size = 0
    for number, record in enumerate(mix.events(events)):
        send(producer, topic, record)
        size += len(record[0]) + len(record[1])
        if number % 1000 == 0:
            producer.poll(0)
    if producer.flush(60):
        raise SystemExit("publish: not all records were delivered")
    return Published(events, mix.count, size, time.monotonic() - started)


def parse_args():
    parser = argparse.ArgumentParser(prog="publish.py", description=__doc__)
    parser.add_argument("--bootstrap", required=True, help="HOST:PORT")
    parser.add_argument("--topic", default="gigchain.domain-events")
    parser.add_argument("--events", type=int, default=300000)
    parser.add_argument("--accounts", type=int, default=20000)
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def main():
    args = parse_args()
    print(publish(args.bootstrap, args.topic, args.events, args.accounts,
                  args.seed))


if __name__ == "__main__":
    main()
