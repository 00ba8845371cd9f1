#!/usr/bin/python3
"""Writes a rule file with many rules: the shipped ones, and campaigns for all
types of events. A third of the campaigns are over, a third run now, a third are
yet to come; the ones that run have conditions that no published event meets. So
each event has more to be judged by, and pays what the shipped rules pay.

The shebang names the system's Python: it has the packages ops/setup installs.
"""

import argparse
import datetime
import pathlib

import yaml

SHIPPED = pathlib.Path(__file__).resolve().parents[2] / "rules/gigs.yaml"
YEAR = datetime.timedelta(days=365)

# type -> what campaign number N asks for, and what it would pay.
BONUS = {"flat": 25}
CAMPAIGNS = {
    "contract.completed": (
        "event.data.contract_value_usd >= {big} "
        "&& event.data.delivered_on_time",
        {"rate": {"give": 5, "per": 1, "of": "event.data.contract_value_usd"}}),
    "xp.gained": (
        "event.data.xp_gained >= {big}",
        {"every": {"step": 100, "give": 50, "of": "event.data.xp_gained",
                   "leftover": "drop"}}),
    "login.streak": ("event.data.streak_days >= {big}", BONUS),
    "level.reached": (
        "event.data.new_level >= {big} "
        "&& event.data.new_level > event.data.old_level", BONUS),
    "review.written": (
        'has(event.data.contract_id) '
        '&& event.data.contract_id.startsWith("campaign_{n}_")', BONUS),
    "referral.accepted": (
        'event.data.invitee_address.endsWith("_campaign_{n}")', BONUS),
    "profile.completed": (
        'event.data.user_address.endsWith("_campaign_{n}")', BONUS),
    "identity.verified": (
        'event.data.user_address.endsWith("_campaign_{n}")', BONUS),
    "template.accepted": (
        'event.data.template_id in ["campaign_{n}_a", "campaign_{n}_b"]',
        BONUS),
    "community.contributed": (
        "event.data.amount_gigs >= {big}",
        {"amount": "event.data.amount_gigs / 10"}),
    "contract.refunded": (
        'event.data.contract_id.startsWith("campaign_{n}_")', BONUS),
}
LIMITS = (
    {"limit": {"per": "account", "window": "month", "amount": 1000,
               "over": "clip"}},
    {"limit": {"per": "account", "window": "week", "times": 3, "over": "skip"}},
    {"once": ["account"]},
)


class Plain(yaml.SafeDumper):
    """What stands twice is written twice: rule files have no aliases."""

    def ignore_aliases(self, data):
        return True


def instant(time):
    return time.strftime("%Y-%m-%dT00:00:00Z")


def periods(now):
    """Over, running, yet to come."""
    return ({"valid_from": instant(now - 2 * YEAR),
             "valid_until": instant(now - YEAR)},
            {"valid_from": instant(now - YEAR),
             "valid_until": instant(now + YEAR)},
            {"valid_from": instant(now + YEAR)})


def campaign(n, now):
    """Every third one of a type is over, runs, is to come; likewise limits."""
    kind = list(CAMPAIGNS)[n % len(CAMPAIGNS)]
    turn = n // len(CAMPAIGNS)
    condition, pays = CAMPAIGNS[kind]
    when = condition.replace("{n}", str(n)).replace("{big}", str(10**7 + n))
    return {"id": f"campaign_{n}", "description": f"Campaign {n}",
            "trigger": f"io.gigchain.{kind}.v1",
            "account": "event.data.user_address", "when": when,
            **periods(now)[turn % 3], "overlap": "allowed",
            "award": [{"id": "bonus", **pays, **LIMITS[turn // 3 % 3]}],
            "notify": {"title": f"Campaign {n}", "collapse": f"campaign:{n}"}}


def rules(count, now=None):
    """A rule file of that many rules, as text."""
    now = now or datetime.datetime.now(datetime.timezone.utc)
    file = yaml.safe_load(SHIPPED.read_text())
    for rule in file["rules"]:
        rule["overlap"] = "allowed"
    if count < len(file["rules"]):
        raise ValueError(f"{SHIPPED.name} alone has {len(file['rules'])} rules")
    file["version"] = f"{file['version']}.{count}"
    file["rules"] += [campaign(n, now)
                      for n in range(count - len(file["rules"]))]
    return yaml.dump(file, Dumper=Plain, sort_keys=False, width=1000)


def main():
    parser = argparse.ArgumentParser(prog="rules_many.py", description=__doc__)
    parser.add_argument("--rules", type=int, default=1000)
    print(rules(parser.parse_args().rules), end="")


if __name__ == "__main__":
    main()
