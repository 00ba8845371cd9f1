"""Drafts of input records: single ones made by hand, and a seeded mix of
everything that publishers send, right and wrong."""

import datetime
import json
import random
import uuid
import zlib

import model

PREFIX = "io.gigchain."
SOURCE = "/gigchain/tests"
UTC = datetime.timezone.utc


class Draft:
    """A record to be published."""

    __slots__ = ("key", "value", "headers", "partition", "timestamp_ms")

    def __init__(self, value, key=None, headers=None, partition=None,
                 timestamp_ms=None):
        self.value = as_bytes(value)
        self.key = as_bytes(key)
        self.headers = headers
        self.partition = partition
        self.timestamp_ms = timestamp_ms

    def again(self, **changes):
        fields = {name: getattr(self, name) for name in self.__slots__}
        return Draft(**{**fields, **changes})


def as_bytes(value):
    if value is None or isinstance(value, bytes):
        return value
    if isinstance(value, str):
        return value.encode()
    return json.dumps(value, separators=(",", ":")).encode()


def partition_of(key, count=4):
    return zlib.crc32(key) % count


def timestamp(at):
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def address(number):
    """A wallet, the same for the same number."""
    return "0x" + f"{number * 0x9E3779B97F4A7C15 + 0x1234567:040x}"[-40:]


def event(kind, account, event_id, at=None, source=SOURCE, **data):
    """A CloudEvent as a dict; kind is the type without its prefix."""
    at = at or datetime.datetime.now(UTC)
    return {"specversion": "1.0", "id": event_id, "source": source,
            "type": kind if kind.startswith(PREFIX) else PREFIX + kind,
            "time": timestamp(at), "datacontenttype": "application/json",
            "data": {"user_address": account, **data}}


def structured(body, **more):
    """A record in CloudEvents' structured mode."""
    return Draft(body, key=more.pop("key", key_of(body)),
                 headers=[("content-type", b"application/cloudevents+json; "
                           b"charset=UTF-8")], **more)


def xp_events(name, numbers, partition=None):
    """100 XP for each account of these numbers."""
    return [structured(event("xp.gained.v1", address(n), f"{name}{n}",
                             xp_gained=100), partition=partition)
            for n in numbers]


def bare(body, **more):
    """Structured, but without the header."""
    return Draft(body, key=more.pop("key", key_of(body)), **more)


def binary(body, **more):
    """A record in CloudEvents' binary mode."""
    headers = [("ce_" + name, value.encode()) for name, value in body.items()
               if name not in ("data", "datacontenttype")]
    headers.append(("content-type", b"application/json"))
    return Draft(body["data"], key=more.pop("key", key_of(body)),
                 headers=headers, **more)


def key_of(body):
    return str(body["data"].get("user_address", ""))


def respell(random_, text):
    """Another spelling of the same wallet; other ids stay as they are."""
    if not text.startswith("0x") or len(text) != 42:
        return text
    return "0x" + "".join(random_.choice((c.upper(), c)) for c in text[2:])


def thing_id(body):
    """The id of what a request makes: a stake, a conversion."""
    return str(uuid.uuid5(model.NAMES, "\0".join(
        (body["source"], body["id"],
         model.canonical_account(body["data"]["user_address"])))))


# ---- records that no rule ever sees -----------------------------------------

def nested(depth):
    return b'{"specversion":"1.0","data":' + b"[" * depth + b"]" * depth + b"}"


def bad_records(random_, good):
    """Records that each must become one dead letter; `good` makes a fresh,
    valid CloudEvent. Yields (reason, draft)."""
    def changed(**changes):
        return {**good(), **changes}

    def data(**changes):
        body = good()
        body["data"].update(changes)
        return body

    def without(name):
        body = good()
        del body[name]
        return body

    def without_data(name):
        body = good()
        del body["data"][name]
        return body

    text = as_bytes(good())
    contract = PREFIX + "contract.completed.v1"
    return [
        ("malformed_json", Draft(b"", key="empty")),
        ("malformed_json", Draft(b"{not json", key="k")),
        ("malformed_json", Draft(text[:-1], key="cut")),
        ("malformed_json", Draft(text + b"{}", key="more")),
        ("malformed_json", Draft(text.replace(b'"id"', b'"i\xff"'), key="utf")),
        ("malformed_json", Draft(text.replace(
            b'"time"', b'"id":"second","time"'), key="twice")),
        ("malformed_json", Draft(text.replace(
            b'"id":"', b'"id":"a\\u0000b'), key="nul")),
        ("malformed_json", Draft(text.replace(
            b'"id":"', b'"id":"a\x00b'), key="raw-nul")),
        ("malformed_json", Draft(nested(40), key="deep")),
        ("malformed_json", Draft(nested(100000), key="very-deep")),
        ("malformed_json", Draft(b'{"x":1e400}', key="huge")),
        ("malformed_json", Draft(b"[1,2", key=None)),
        ("malformed_json", Draft(b"[1,2]", key=None)),
        ("malformed_json", Draft(b'"text"', key="scalar")),
        ("malformed_envelope", Draft(b"{}", key="nothing")),
        ("malformed_envelope", bare(without("id"))),
        ("malformed_envelope", bare(without("source"))),
        ("malformed_envelope", bare(without("type"))),
        ("malformed_envelope", bare(changed(id=""))),
        ("malformed_envelope", bare(changed(id=7))),
        ("malformed_envelope", bare(changed(specversion="0.3"))),
        ("malformed_envelope", bare(changed(time="yesterday"))),
        ("confluent_framing", Draft(b"\0\0\0\0\7" + text, key="framed")),
        ("unknown_type", bare(changed(type=PREFIX + "no.such.v1"))),
        ("unknown_type", bare(changed(type="contract.completed.v1"))),
        ("schema_violation", bare(without_data("user_address"))),
        ("schema_violation", bare(data(user_address=""))),
        ("schema_violation", bare(data(user_address="x" * 43), key="long")),
        ("schema_violation", bare(data(user_address=12), key="number")),
        ("schema_violation", bare({**good(), "type": contract, "data": {
            "user_address": address(1), "contract_id": "c",
            "contract_value_usd": "1,5", "delivered_on_time": True}})),
        ("schema_violation", bare({**good(), "type": contract, "data": {
            "user_address": address(1), "contract_id": "c",
            "contract_value_usd": "1", "delivered_on_time": "yes"}})),
        ("decimal_precision", Draft(as_bytes({**good(), "type": contract, "data": {
            "user_address": address(1), "contract_id": "c",
            "contract_value_usd": "@", "delivered_on_time": True}}).replace(
                b'"@"', b"12345678.1234567891"), key="precise")),
        ("too_large", Draft(as_bytes(data(padding="x" * (256 * 1024))),
                            key="large")),
        ("future_timestamp", bare(changed(time=timestamp(
            datetime.datetime.now(UTC)
            + datetime.timedelta(days=random_.randint(1, 400)))))),
    ]


# ---- the mix ----------------------------------------------------------------

class Mix:
    """A reproducible stream of drafts, some of them repeats of each other.
    Without holds, nothing in it waits for the clock."""

    def __init__(self, seed, accounts=300, trouble=0.03, now=None,
                 holds=True):
        self.random = random.Random(seed)
        self.now = now or datetime.datetime.now(UTC)
        self.trouble = trouble
        self.accounts = [address(n + 1) if n % 10 else f"user:{seed}-{n}"
                         for n in range(accounts)]
        # These give away what they get, and so come to owe.
        self.spenders = self.accounts[-15:]
        self.sent = []
        self.count = 0
        self.levels = {}
        self.contracts = []    # (account, contract_id)
        self.refunds = []      # likewise, whether it has come or not
        self.invited = []      # (account, when)
        self.stakes = []       # (account, staking_id)
        self.conversions = []  # (account, conversion_id)
        self.proposals = []    # (proposal_id, when)
        self.kinds = [
            (24, self.contract), (18, self.xp), (9, self.level),
            (12, self.streak), (8 * holds, self.referral), (4, self.profile),
            (5, self.identity), (5, self.template), (5, self.review),
            (4, self.community), (4, self.refund), (8, self.spend),
            (8, self.transfer), (4, self.stake), (3, self.unstake),
            (3, self.conversion), (4, self.settlement), (1, self.proposal),
            (4, self.vote), (1, self.tally), (3, self.adjustment)]
        self.weights = [weight for weight, _ in self.kinds]

    def drafts(self, count):
        return [self.draft() for _ in range(count)]

    def draft(self):
        roll = self.random.random()
        if roll < self.trouble:
            return self.wrong()
        if roll < self.trouble + 0.04 and self.sent:
            return self.repeat()
        if roll < self.trouble + 0.055 and self.sent:
            return self.conflict()
        body = self.good()
        self.sent.append(body)
        self.remember(body)
        return self.wrap(body)

    def remember(self, body):
        """What later events may be about."""
        kind, data, at = body["type"], body["data"], body["time"]
        account = model.canonical_account(data["user_address"])
        known = {
            "contract.completed": (self.contracts, "contract_id"),
            "contract.refunded": (self.refunds, "contract_id"),
            "token.stake.requested": (self.stakes, None),
            "token.conversion.requested": (self.conversions, None),
        }.get(kind.removeprefix(PREFIX).removesuffix(".v1"))
        if known:
            known[0].append((account, data[known[1]] if known[1]
                             else thing_id(body)))
        elif "invitee_address" in data:
            self.invited.append((data["invitee_address"], at))
        elif kind.endswith("proposal.submitted.v1"):
            self.proposals.append((data["proposal_id"],
                                   datetime.datetime.fromisoformat(
                                       at.replace("Z", "+00:00"))))

    def wrap(self, body):
        """One of the modes; the key is spelled as its publisher likes. What
        is about one proposal stays in order."""
        key = respell(self.random, body["data"]["user_address"]).encode()
        wrap = self.random.choices((structured, bare, binary), (6, 2, 2))[0]
        proposal = body["data"].get("proposal_id")
        return wrap(body, key=key, partition=partition_of(
            proposal.encode() if proposal else key))

    def wrong(self):
        if self.random.random() < 0.15:
            return Draft(None, key="gone", partition=self.random.randrange(4))
        reasons = bad_records(self.random, self.good)
        # Large ones are rare, or they would be most of the bytes.
        _, draft = self.random.choices(
            reasons, [1 if len(d.value) < 5000 else 0.05 for _, d in reasons])[0]
        return draft.again(partition=self.random.randrange(4))

    def repeat(self):
        body = self.random.choice(self.sent[-2000:])
        data = dict(body["data"])
        data["user_address"] = respell(self.random, data["user_address"])
        items = list(data.items())
        self.random.shuffle(items)  # the order of keys means nothing
        return self.wrap({**body, "data": dict(items)})

    def conflict(self):
        body = self.random.choice(self.sent[-2000:])
        at = datetime.datetime.fromisoformat(body["time"].replace("Z", "+00:00"))
        return self.wrap({**body, "time": timestamp(
            at - datetime.timedelta(seconds=1 + self.random.randrange(9)))})

    # -- good events

    def good(self):
        self.count += 1
        make = self.random.choices(self.kinds, self.weights)[0][1]
        return make()

    def account(self):
        """A few accounts get a good part of everything."""
        if self.random.random() < 0.2:
            return self.random.choice(self.accounts[:3])
        return self.random.choice(self.accounts)

    def event(self, kind, account=None, at=None, **data):
        account = account or self.account()
        at = at or self.time()
        name = "".join(self.random.choices("0123456789abcdef", k=24))
        return event(kind, respell(self.random, account),
                     f"{self.count}-{name}", at=at, **data)

    def time(self):
        """Mostly of the last hour, some older by weeks, one in the future as
        clocks that are a little ahead send it."""
        seconds = self.random.choices(
            (self.random.randrange(3600), self.random.randrange(86400 * 3),
             self.random.randrange(86400 * 60), -60), (80, 15, 4, 1))[0]
        return self.now - datetime.timedelta(
            seconds=seconds, milliseconds=self.random.randrange(1000))

    def decimal(self, low, high, places):
        """The same kinds of number as different publishers spell them."""
        number = self.random.randint(low * 10**places, high * 10**places)
        text = f"{number / 10**places:.{places}f}"
        how = self.random.randrange(10)
        if how < 6:
            return text
        if how < 7:
            return text + "0" if "." in text else text
        if how < 8:
            return number // 10**places
        return float(text)

    def some(self, things):
        """One of the latest, or None."""
        return self.random.choice(things[-300:]) if things else None

    def contract(self):
        """Some come after their refund."""
        account, name = self.account(), self.name("gig")
        if self.random.random() < 0.1:
            account = self.random.choice(self.spenders)
        if self.refunds and self.random.random() < 0.1:
            refunded = self.refunds[-1]
            if refunded not in self.contracts[-1000:]:
                account, name = refunded
        data = {"contract_id": name,
                "contract_value_usd": self.decimal(
                    1, self.random.choice((20, 500, 20000)), 2),
                "delivered_on_time": self.random.random() < 0.7}
        if self.random.random() < 0.6:
            data["rating"] = self.decimal(1, 5, 1)
        if self.random.random() < 0.2:
            data["note"] = "späte Lieferung \u20ac \U0001F680\n"
        return self.event("contract.completed.v1", account, **data)

    def xp(self):
        return self.event("xp.gained.v1", xp_gained=self.random.choice(
            (1, 30, 50, 99, 100, 170, 250, self.random.randrange(1, 2000))))

    def level(self):
        account = self.account()
        old = self.levels.get(account, 1)
        new = old + self.random.choice((1, 1, 1, 2, 3))
        self.levels[account] = new if new < 8 else 1
        return self.event("level.reached.v1", account, old_level=old,
                          new_level=new)

    def streak(self):
        at = self.time()
        return self.event("login.streak.v1", at=at,
                          streak_days=self.random.randint(1, 14),
                          login_date=at.strftime("%Y-%m-%d"))

    def referral(self):
        """Some are so old that they are void at once."""
        account = self.account()
        if self.random.random() < 0.05:
            return self.event(
                "referral.accepted.v1", account, self.days_ago(31, 60),
                invitee_address=address(10**6 + self.count))
        invitee = account if self.random.random() < 0.1 else self.account()
        return self.event("referral.accepted.v1", account,
                          self.days_ago(0, 20),
                          invitee_address=respell(self.random, invitee))

    def profile(self):
        return self.event("profile.completed.v1")

    def identity(self):
        invited = self.random.random() < 0.5 and self.some(self.invited)
        return self.event("identity.verified.v1",
                          invited[0] if invited else None)

    def template(self):
        return self.event("template.accepted.v1",
                          template_id=f"t{self.random.randrange(200)}")

    def review(self):
        data = {"review_id": f"r{self.random.randrange(500)}"}
        if self.random.random() < 0.5:
            data["contract_id"] = f"gig_{self.random.randrange(10**6)}"
        return self.event("review.written.v1", **data)

    def community(self):
        return self.event("community.contributed.v1",
                          contribution_id=f"k{self.random.randrange(10**6)}",
                          amount_gigs=self.decimal(
                              1, self.random.choice((100, 100, 6000)), 2))

    def refund(self):
        """Of a contract, of one that is yet to come, or of none."""
        found = self.some(self.contracts)
        if self.random.random() < 0.4:
            found = self.some([pair for pair in self.contracts[-1000:]
                               if pair[0] in self.spenders]) or found
        roll = self.random.random()
        if not found or roll < 0.4:
            found = self.account(), self.name("gig")
        return self.event("contract.refunded.v1", found[0],
                          contract_id=found[1])

    # -- requests, right and wrong

    def name(self, kind):
        return f"{kind}_{self.count}_{self.random.randrange(10**6)}"

    def days_ago(self, least, most):
        return self.now - datetime.timedelta(
            seconds=60 + self.random.randrange(86400 * least, 86400 * most))

    def amount(self, high):
        """Mostly one that is possible."""
        if self.random.random() < 0.85:
            return self.decimal(1, high, 2)
        return self.random.choice(("0", "0.00", "-1", -3, "0.001", "1.005",
                                   10**17, "999999999999999999"))

    def spend(self):
        item, cost = self.random.choice((
            ("featured_profile", 5000), ("priority_support", 2000),
            ("advanced_analytics", 1000), ("custom_contract_template", 500),
            ("dispute_insurance", 10000), ("boost_visibility", 1000),
            ("boost_visibility", 1000), ("reputation_boost", 10000),
            ("custom_badge", 2000), ("contract_template", None), ("moon", 1)))
        data = {"item": item}
        if cost is None:
            data["price"] = cost = self.random.choice(
                ("500", 500, "5000.00", "499.99", "5000.01", "700.005",
                 "1234.5", -1))
        if self.random.random() < 0.5:
            data["expected_cost"] = self.random.choice((cost, cost, cost, 777))
        if self.random.random() < 0.7:
            data["contract_id"] = f"gig_{self.random.randrange(20)}"
        return self.event("token.spend.requested.v1", **data)

    def transfer(self):
        account = self.account()
        other = account if self.random.random() < 0.05 else self.account()
        data = {"to_address": respell(self.random, other),
                "amount": self.amount(self.random.choice((50, 3000, 60000)))}
        if self.random.random() < 0.4:
            account = self.random.choice(self.spenders)
            data["amount"] = self.random.choice((500, 3000, 8000, 40000))
        if self.random.random() < 0.4:
            data["memo"] = self.random.choice(
                ("Thanks!", "", "zwei\nZeilen", "\u20ac \U0001F680", "x" * 200,
                 "x" * 201, "\u202eabc", "a\x85b", "\x7f"))
        return self.event("token.transfer.requested.v1", account, **data)

    def stake(self):
        """Some are over already."""
        at = self.random.choice((None, self.days_ago(31, 60)))
        return self.event("token.stake.requested.v1", at=at,
                          lock_period=self.random.choice(
                              (30, 30, 30, 30, 90, 180, 7, -30)),
                          amount=self.amount(2000))

    def unstake(self):
        stake = self.some(self.stakes)
        if not stake or self.random.random() < 0.1:
            return self.event("token.unstake.requested.v1",
                              staking_id=self.random.choice(
                                  (str(uuid.UUID(int=7)), "nonsense")))
        return self.event(
            "token.unstake.requested.v1",
            stake[0] if self.random.random() < 0.9 else self.account(),
            staking_id=self.recase(stake[1]))

    def recase(self, text):
        return text.upper() if self.random.random() < 0.3 else text

    def conversion(self):
        return self.event(
            "token.conversion.requested.v1", amount=self.amount(900),
            blockchain_address=self.random.choice(
                (*map(address, range(1, 13)),
                 address(9).upper().replace("X", "x"), "0x12", "nowhere")))

    def settlement(self):
        found = self.some(self.conversions[-12:])
        if not found or self.random.random() < 0.1:
            return self.event("token.conversion.settled.v1", status="failed",
                              conversion_id=self.random.choice(
                                  (str(uuid.UUID(int=7)), "nonsense")))
        data = {"conversion_id": self.recase(found[1]),
                "status": self.random.choice(
                    ("processing", "completed", "completed", "failed"))}
        if self.random.random() < 0.7:
            data["blockchain_tx_hash"] = "0x" + self.random.choice(
                "aB1") * 64
        return self.event(
            "token.conversion.settled.v1",
            found[0] if self.random.random() < 0.9 else self.account(), **data)

    def proposal(self):
        """Some are over already, and some are there already."""
        at = self.random.choice((self.time(), self.days_ago(8, 20)))
        known = self.random.random() < 0.2 and self.some(self.proposals)
        name = known[0] if known else self.name("prop")
        data = {"title": "Ein \"Vorschlag\" \u20ac", "description": "D\n",
                "category": "c"}
        if self.random.random() < 0.6:
            data["quorum_required"] = self.random.choice(
                ("0", 1000, "500000.00", "250.5", "-1", "0.005"))
        if self.random.random() < 0.6:
            data["execution_data"] = {"b": [1, None, True],
                                      "a": {"z": "\u20ac"}}
        return self.event("governance.proposal.submitted.v1", at=at,
                          proposal_id=name, **data)

    def on_proposal(self, kind, **data):
        name, at = self.some(self.proposals[-8:]) or ("none", self.now)
        if self.random.random() < 0.05:
            name = "none"
        return self.event(kind, at=max(at, self.time()), proposal_id=name,
                          **data)

    def vote(self):
        data = {"reason": "weil"} if self.random.random() < 0.3 else {}
        return self.on_proposal("governance.vote.cast.v1",
                                choice=self.random.randrange(3), **data)

    def tally(self):
        return self.on_proposal("governance.tally.requested.v1")

    def adjustment(self):
        account = self.account()
        amount = self.amount(self.random.choice((100, 100, 50000)))
        if isinstance(amount, str) and self.random.random() < 0.3:
            amount = "-" + amount.lstrip("-")
        return self.event(
            "token.adjustment.requested.v1", account, amount=amount,
            reason="Support", approved_by=respell(
                self.random, account if self.random.random() < 0.1
                else "support:kim"))
