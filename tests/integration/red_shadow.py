"""What rules in shadow leave beside the ledger of test_verify_red, and the ways to
break it. `more` would have paid 9.00 to the wallet and 5.00 to user-2, and failed
for one event that paid otherwise, and for one that did not."""

SHADOW = """
INSERT INTO lines (name, transaction_type, counterparty)
    SELECT v.name, 'shadow', '@nobody'
      FROM (VALUES ('shadow:more'), ('shadow:more.a'), ('shadow:more.b[2]'),
                   ('shadow:more.b')) AS v (name);
INSERT INTO shadow_entries (event_id, amount, account_id, line_id, ordinal)
    SELECT e, amount, account, (SELECT id FROM lines WHERE name = line), n
      FROM (VALUES (8192, 400, 1, 'shadow:more.a', 0),
                   (8192, 500, 1, 'shadow:more.b[2]', 1),
                   (16384, 500, 2, 'shadow:more.b[2]', 0))
        AS v (e, amount, account, line, n);
INSERT INTO shadow_errors (event_id, line_id, reason, message)
    SELECT e, (SELECT id FROM lines WHERE name = 'shadow:more'), 'rule_error',
           'cannot divide 1 by zero' FROM (VALUES (16385), (8193)) AS v (e);
UPDATE batches SET shadow_entries = 2, shadow_errors = 1 WHERE id = 1;
UPDATE batches SET shadow_entries = 1, shadow_errors = 1 WHERE id = 2;
INSERT INTO once_keys (event_id, account_id, line_id, key)
    SELECT e, account, (SELECT id FROM lines WHERE name = line), key
      FROM (VALUES (8192, 1, 'shadow:more', ''), (8192, 0, 'shadow:more.b', '2'),
                   (16384, 2, 'shadow:more.b', '2')) AS v (e, account, line, key);
INSERT INTO counters (account_id, line_id, kind, bucket, value)
    SELECT account, (SELECT id FROM lines WHERE name = line), kind, 0, value
      FROM (VALUES (1, 'shadow:more', 13, 9), (0, 'shadow:more.b', 23, 2),
                   (2, 'shadow:more.b', 13, 5), (2, 'shadow:more.a', 1, 3))
        AS v (account, line, kind, value);
"""

LINE = "(SELECT id FROM lines WHERE name = '{}')"
A = LINE.format("shadow:more.a")
MORE = LINE.format("shadow:more")

RED = {
    "shadow-apart": [
        f"""UPDATE entries SET line_id = {A} WHERE event_id = 16385""",
        f"""UPDATE lines SET transaction_type = 'earn' WHERE id = {A}"""],
    "shadow-events": [
        """UPDATE shadow_entries SET event_id = 81925
            WHERE event_id = 16384""",
        """UPDATE shadow_errors SET line_id = 1 WHERE event_id = 8193"""],
    "shadow-once": [
        """UPDATE shadow_errors SET event_id = 16384
            WHERE event_id = 16385"""],
    "shadow-batches": [
        """DELETE FROM shadow_entries WHERE event_id = 16384""",
        """UPDATE batches SET shadow_errors = 1 WHERE id = 3"""],
    "shadow-keys": [
        f"""UPDATE once_keys SET event_id = 16385 WHERE line_id = {MORE}"""],
    "shadow-limits": [
        f"""UPDATE counters SET value = 9.01 WHERE line_id = {MORE}"""],
}
