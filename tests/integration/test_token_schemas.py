"""What other services are promised about messages: schemas/tokens and
schemas/asyncapi.yaml, against each other, the program, and every type of token
event as it is really published."""

import json
import re
import subprocess

import jsonschema
import pytest
import yaml

import harness
from generator import PREFIX, event, structured
from test_economy import ADA, BOB, EVE, days_ago, fund, request, run

SCHEMAS = harness.ROOT / "schemas"
TOKENS = {path.stem.removesuffix(".v1"): json.loads(path.read_text())
          for path in sorted((SCHEMAS / "tokens").glob("*.json"))}
EVENTS = {path.stem.removesuffix(".v1"): json.loads(path.read_text())
          for path in sorted((SCHEMAS / "events").glob("*.json"))}
ASYNCAPI = yaml.safe_load((SCHEMAS / "asyncapi.yaml").read_text())
MESSAGES = ASYNCAPI["components"]["messages"]

# Says what was not paid, on a topic of its own: it has nothing of a balance.
SHADOW = "token.shadow"

# Sent by the workers to themselves, over no topic.
CLOCK = {"token.hold.due"}


def kind_of(type_):
    assert type_.startswith(PREFIX) and type_.endswith(".v1")
    return type_.removeprefix(PREFIX).removesuffix(".v1")


# ---- the schemas -----------------------------------------------------------

def test_keywords_are_those_of_event_schemas():
    """Draft 2020-12 and draft-07 read them alike."""
    done = subprocess.run(
        [harness.BINARY, "check", "schemas", SCHEMAS / "tokens"], text=True,
        capture_output=True, env=harness.clean_env(), check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    for schema in TOKENS.values():
        jsonschema.Draft202012Validator.check_schema(schema)
        jsonschema.Draft7Validator.check_schema(schema)


def without(value, *names):
    return {name: item for name, item in value.items() if name not in names}


def test_all_have_the_same_base():
    """A reader that knows one type knows the members of all."""
    first = TOKENS["token.earned"]
    loose = ("description", "minimum", "minItems", "maxItems", "items")
    for kind, schema in TOKENS.items():
        unlike = ("balance_after", "account_seq", "notification") \
            if kind == SHADOW else ()
        assert schema["$id"] == f"{PREFIX}{kind}.v1"
        assert schema["$defs"] == without(first["$defs"], *unlike)
        assert schema["required"] == list(schema["properties"])
        for name, value in without(first["properties"], *unlike).items():
            assert without(schema["properties"][name], *loose) == \
                without(value, *loose), (kind, name)


def reasons_in(text):
    return re.findall(r"""["']([a-z_]+)["']""", text)


def test_reasons_are_those_of_the_program():
    core = (harness.ROOT / "workers/core/decide.c").read_text()
    names = core.split("rejection_name(")[1].split("};")[0]
    books = (harness.ROOT / "workers/io/books_answers.c").read_text()
    audit = books.split('.name = "answer-reasons"')[1].split("NOT IN (")[1]
    known = reasons_in(names)
    assert len(known) > 20
    schema = TOKENS["token.rejected"]["properties"]["reason"]
    assert schema["enum"] == known
    assert re.findall(r"'([a-z_]+)'", audit.split("}")[0]) == known


# ---- asyncapi --------------------------------------------------------------

def resolve(reference):
    assert reference.startswith("#/"), reference
    found = ASYNCAPI
    for word in reference[2:].split("/"):
        found = found[word]
    return found


def references(value):
    if isinstance(value, dict):
        for name, item in value.items():
            if name == "$ref":
                yield item
            else:
                yield from references(item)
    elif isinstance(value, list):
        for item in value:
            yield from references(item)


def test_references_lead_somewhere():
    for reference in references(ASYNCAPI):
        if reference.startswith("./"):
            assert (SCHEMAS / reference).is_file(), reference
        else:
            assert resolve(reference), reference


def messages_of(channel):
    """By name, the messages of a channel."""
    return {name: resolve(item["$ref"])
            for name, item in ASYNCAPI["channels"][channel]["messages"].items()}


def data_of(message):
    return message["payload"]["allOf"][1]["properties"]["data"]["$ref"]


@pytest.mark.parametrize("channels,where,kinds", [
    (["domain-events", "token-commands"], "events", set(EVENTS) - CLOCK),
    (["token-events"], "tokens", set(TOKENS) - {SHADOW}),
    (["token-shadows"], "tokens", {SHADOW})])
def test_each_type_is_on_its_channel(channels, where, kinds):
    found = [(name, message) for channel in channels
             for name, message in messages_of(channel).items()]
    assert sorted(name for name, _ in found) == sorted(kinds)
    for name, message in found:
        type_ = message["payload"]["allOf"][1]["properties"]["type"]
        assert message["name"] == type_["const"] == f"{PREFIX}{name}.v1"
        assert data_of(message) == f"./{where}/{name}.v1.json"


def test_each_token_event_is_published():
    published = ASYNCAPI["operations"]["publish-tokens"]["messages"]
    shadows = ASYNCAPI["operations"]["publish-shadows"]["messages"]
    assert {message["$ref"].split("/")[-1]
            for message in published + shadows} == set(TOKENS)


def test_topics_are_those_of_the_example():
    example = yaml.safe_load(
        (harness.ROOT / "config.example.yaml").read_text())["kafka"]
    inputs = {entry["topic"] for entry in example["inputs"]}
    address = {name: channel["address"]
               for name, channel in ASYNCAPI["channels"].items()}
    assert {address["domain-events"], address["token-commands"]} == inputs
    assert address["token-events"] == example["output"]["topic"]
    assert address["token-shadows"] == example["output"]["topic"] + ".shadow"
    assert address["dlq"] == example["dlq"]["topic"]


# ---- what is really published ----------------------------------------------

def validator(schema):
    """Of a piece of asyncapi.yaml, whose references are relative to it."""
    base = (SCHEMAS / "asyncapi.yaml").as_uri()
    store = {base: ASYNCAPI}
    # A request and its answer may have the same name; only schemas of token
    # events refer to themselves, by what their $id makes of the place.
    for where, schemas in (("events", EVENTS), ("tokens", TOKENS)):
        folder = (SCHEMAS / where).as_uri()
        for kind, item in schemas.items():
            store[f"{folder}/{kind}.v1.json"] = item
            for place in (folder, SCHEMAS.as_uri()):
                store[f"{place}/{item['$id']}"] = item
    return jsonschema.Draft202012Validator(
        schema, format_checker=jsonschema.FormatChecker(),
        resolver=jsonschema.RefResolver(base, ASYNCAPI, store))


def check(instance, schema, what):
    errors = [f"{error.json_path}: {error.message}"
              for error in validator(schema).iter_errors(instance)]
    assert errors == [], what


def contract(event_id, contract_id, usd="100"):
    return structured(event("contract.completed.v1", ADA, event_id,
                            contract_id=contract_id, contract_value_usd=usd,
                            delivered_on_time=True))


def publish_first(ctx):
    """What can be asked for at once; votes count what was there before."""
    run(ctx, fund(ctx, ADA, 20000, "f"), fund(ctx, BOB, 100, "f2"))
    run(ctx,
        contract("c1", "gig_1"),
        structured(event("contract.refunded.v1", ADA, "r1",
                         contract_id="gig_1")),
        request("token.spend.requested", ADA, "s1", item="featured_profile"),
        request("token.spend.requested", ADA, "s2", item="custom_badge"),
        request("token.spend.requested", ADA, "s3", item="moon"),
        request("token.spend.requested", EVE, "s4", item="custom_badge"),
        request("token.transfer.requested", ADA, "t1", to_address=BOB,
                amount="30.50", memo="Thanks!"),
        request("token.transfer.requested", ADA, "t2", to_address=BOB,
                amount="1"),
        request("token.stake.requested", ADA, "k1", at=days_ago(31),
                amount="1000", lock_period=30),
        request("token.stake.requested", ADA, "k2", amount="100",
                lock_period=90),
        request("token.conversion.requested", ADA, "v1", amount="600",
                blockchain_address=EVE),
        request("token.conversion.requested", BOB, "v2", amount="50",
                blockchain_address=EVE),
        structured(event("referral.accepted.v1", ADA, "h1",
                         invitee_address=BOB)),
        structured(event("referral.accepted.v1", ADA, "h2", at=days_ago(31),
                         invitee_address=EVE)),
        request("governance.proposal.submitted", ADA, "p1", proposal_id="new",
                title="T", description="D", category="c",
                quorum_required="10.5", execution_data={"b": 1}),
        request("governance.proposal.submitted", EVE, "p2", at=days_ago(8),
                proposal_id="old", title="T", description="D", category="c",
                quorum_required="10.5"))


def id_of(ctx, view, condition, *params):
    return str(ctx.scalar(f"SELECT id FROM reward.{view} WHERE {condition}",
                          *params))


def publish_second(ctx):
    """What is about the things that the first made."""
    done, failed = (
        id_of(ctx, "token_conversion_queue", "user_address = %s", account)
        for account in (ADA, BOB))
    settled = "token.conversion.settled"
    run(ctx,
        request("token.unstake.requested", ADA, "u1", staking_id=id_of(
            ctx, "token_staking", "lock_period = 30")),
        request(settled, ADA, "d1", conversion_id=done, status="processing"),
        request(settled, ADA, "d2", conversion_id=done, status="completed",
                blockchain_tx_hash="0x" + "ab" * 32),
        request(settled, BOB, "d3", conversion_id=failed, status="failed"),
        structured(event("identity.verified.v1", BOB, "i1")),
        request("governance.vote.cast", BOB, "w1", proposal_id="new",
                choice=1, reason="yes"),
        request("governance.tally.requested", EVE, "y1", proposal_id="old"))
    ctx.wait(lambda: ctx.scalar("SELECT count(*) FROM reward.token_pending "
                                "WHERE status = 'pending'") == 0, 30,
             "what was held is released or voided")
    run(ctx, fund(ctx, EVE, 60000, "f3"))


def test_every_token_event_fits_its_schema(ctx):
    ctx.worker()
    ctx.relay()
    publish_first(ctx)
    publish_second(ctx)
    seen = set()
    headers = {"type": "object", "$ref": "#/components/schemas/tokenHeaders"}
    for record in ctx.read(ctx.output):
        body = json.loads(record.value)
        kind = kind_of(body["type"])
        check(body["data"], TOKENS[kind], body)
        message = messages_of("token-events")[kind]
        check(body, message["payload"], body)
        check({name: value.decode() for name, value in record.headers},
              headers, record.headers)
        assert record.key.decode() == body["data"]["account"]
        # Nothing that the schema does not name.
        assert set(body["data"]) == set(TOKENS[kind]["properties"])
        seen.add(kind)
    assert seen == set(TOKENS) - {SHADOW}  # see test_shadow.py
    for record in ctx.read(ctx.topic):
        body = json.loads(record.value)
        kind = kind_of(body["type"])
        message = {**messages_of("domain-events"),
                   **messages_of("token-commands")}[kind]
        check(body, message["payload"], body)
    # And schemas say no, too.
    with pytest.raises(AssertionError):
        check({**body["data"], "amount": "1"}, TOKENS["token.earned"], body)
    done = ctx.run("verify", "--topic", role="relay")
    assert done.returncode == 0, done.stdout + done.stderr
