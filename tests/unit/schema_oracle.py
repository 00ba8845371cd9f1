"""Random schemas and values, with what python3-jsonschema says about them:
one `schema TAB value TAB 1 or 0` a line, the value standing in `a` of the data.

Only schemas that draft-07 and 2020-12 judge alike are made, and both are asked.
Left out is what jsonschema itself gets wrong (true against 1 inside lists) or
computes in floating point, and texts that end in a newline: Python's `$` looks
before it, that of JSON Schema does not.

usage: schema_oracle.py SEED COUNT
"""
import json
import random
import sys

from jsonschema import Draft7Validator, Draft202012Validator

NUMBERS = [0, 1, -1, 2, 3, 7, 10, 1.0, 2.5, -0.5, 0.25, 1e3, 9007199254740993]
STRINGS = ["", "a", "ab", "abc", "b", "7", "\u00fc\u00fc", "\U0001f389", "\na"]
NAMES = ["x", "y", "z"]
PATTERNS = ["a", "^a", "b$", "^[a-c]+$", "^$", "^.{2}$", "[0-9]", "^(a|b)c?"]
TYPES = ["null", "boolean", "integer", "number", "string", "array", "object"]
SHARED = ["text", "small", "list", "tree"]


def scalar(rng):
    return rng.choice([None, True, False, rng.choice(NUMBERS),
                       rng.choice(NUMBERS), rng.choice(STRINGS)])


def plain_scalar(rng):
    return rng.choice([rng.choice(NUMBERS), rng.choice(STRINGS)])


def value(rng, depth):
    kind = rng.random()
    if depth == 0 or kind < 0.5:
        return scalar(rng)
    if kind < 0.75:
        return [plain_scalar(rng) if rng.random() < 0.7
                else value(rng, depth - 1) for _ in range(rng.randrange(4))]
    names = rng.sample(NAMES, rng.randrange(4))
    return {name: value(rng, depth - 1) for name in names}


def choice(rng):
    if rng.random() < 0.8:
        return scalar(rng)
    return {name: rng.choice(STRINGS) for name in rng.sample(NAMES, 2)}


def keywords_for_numbers(rng):
    return {rng.choice(["minimum", "maximum", "exclusiveMinimum",
                        "exclusiveMaximum"]): rng.choice(NUMBERS)}


def keywords_for_lists(rng, depth):
    made = {}
    if rng.random() < 0.5:
        made["items"] = schema(rng, depth - 1)
    if rng.random() < 0.4:
        made[rng.choice(["minItems", "maxItems"])] = rng.randrange(4)
    if not made:
        made["maxItems"] = 2
    return made


def keywords_for_objects(rng, depth):
    made = {"properties": {name: schema(rng, depth - 1) for name
                           in rng.sample(NAMES, rng.randrange(1, 3))}}
    if rng.random() < 0.5:
        made["required"] = rng.sample(NAMES, rng.randrange(3))
    if rng.random() < 0.3:
        made["additionalProperties"] = schema(rng, depth - 1)
    return made


def keywords_for_choices(rng):
    if rng.random() < 0.3:
        return {"const": choice(rng)}
    return {"enum": [choice(rng) for _ in range(rng.randrange(1, 4))]}


def keywords_for_strings(rng):
    if rng.random() < 0.5:
        return {"pattern": rng.choice(PATTERNS)}
    return {rng.choice(["minLength", "maxLength"]): rng.randrange(4)}


def keywords_for_joins(rng, depth):
    made = {}
    kind = rng.choice(["allOf", "anyOf", "oneOf", "not", "if"])
    if kind == "not":
        return {"not": schema(rng, depth - 1)}
    if kind != "if":
        return {kind: [schema(rng, depth - 1)
                       for _ in range(rng.randrange(1, 4))]}
    made["if"] = schema(rng, depth - 1)
    for branch in ("then", "else"):
        if rng.random() < 0.7:
            made[branch] = schema(rng, depth - 1)
    return made


def schema(rng, depth):
    kind = rng.random()
    if kind < 0.06:
        return rng.choice([True, True, False])
    if kind < 0.14:
        return {"$ref": "#/$defs/" + rng.choice(SHARED)}
    made = {}
    if rng.random() < 0.4:
        names = rng.sample(TYPES, rng.randrange(1, 4))
        made["type"] = names[0] if len(names) == 1 else names
    makers = [keywords_for_numbers, keywords_for_strings, keywords_for_choices]
    if rng.random() < 0.6:
        made.update(rng.choice(makers)(rng))
    if depth > 0:
        makers = [keywords_for_lists, keywords_for_objects, keywords_for_joins]
        made.update(rng.choice(makers)(rng, depth))
    if rng.random() < 0.1:
        made["multipleOf"] = rng.choice([1, 2, 0.5, 0.25])
    return made


def document(rng):
    return {
        "$id": "t",
        "$defs": {
            "text": {"type": "string", "maxLength": 2},
            "small": {"maximum": 2, "not": {"const": 0}},
            "list": {"type": "array", "uniqueItems": True,
                     "items": {"type": ["string", "integer"]}},
            "tree": {"properties": {"x": {"$ref": "#/$defs/tree"},
                                    "y": {"$ref": "#/$defs/text"}}},
        },
        "properties": {"a": schema(rng, 3)},
    }


def main():
    rng = random.Random(int(sys.argv[1]))
    for _ in range(int(sys.argv[2]) // 10):
        made = document(rng)
        for _ in range(10):
            data = {"a": value(rng, 3)}
            # jsonschema takes $id for a place to look references up in.
            bare = {key: made[key] for key in made if key != "$id"}
            verdict = Draft202012Validator(bare).is_valid(data)
            if Draft7Validator(bare).is_valid(data) != verdict:
                sys.exit(f"the drafts disagree: {json.dumps(made)}")
            print(json.dumps(made), json.dumps(data), int(verdict), sep="\t")


if __name__ == "__main__":
    main()
