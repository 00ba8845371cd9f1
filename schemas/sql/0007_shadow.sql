-- Rules in shadow (`mode: shadow`): what they would have paid, and where they
-- failed. Their lines are called `shadow:rule.line` and are of a kind of their
-- own, of which there are no entries; their counters and once-keys are with
-- all others, under those names.

SET LOCAL ROLE reward_owner;
SET LOCAL search_path = reward;

INSERT INTO transaction_types VALUES ('shadow', '@nobody', 0, 0, 0, 0, 0, 0);

-- One row a line that would have paid.
CREATE TABLE shadow_entries (
    event_id   bigint NOT NULL,
    amount     bigint NOT NULL
               CHECK (amount BETWEEN 1 AND 9000000000000000000),
    account_id integer NOT NULL,
    line_id    integer NOT NULL,
    ordinal    smallint NOT NULL CHECK (ordinal BETWEEN 0 AND 1023),
    PRIMARY KEY (event_id, line_id)
);

-- One row a rule that failed, under the rule's own name.
CREATE TABLE shadow_errors (
    event_id bigint NOT NULL,
    line_id  integer NOT NULL,
    reason   text NOT NULL CHECK (reason IN ('amount_overflow', 'rule_error')),
    message  text NOT NULL,
    PRIMARY KEY (event_id, line_id)
);

-- How many of them each batch has.
ALTER TABLE batches
    ADD COLUMN shadow_entries integer NOT NULL DEFAULT 0
        CHECK (shadow_entries >= 0),
    ADD COLUMN shadow_errors integer NOT NULL DEFAULT 0
        CHECK (shadow_errors >= 0);

-- It returns whole rows, and so has to be made again for the new columns.
CREATE OR REPLACE FUNCTION batches_after(batch bigint) RETURNS SETOF batches
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 100
    SET enable_seqscan = off SET jit = off
BEGIN ATOMIC
    SELECT b.* FROM batches b WHERE b.id > batches_after.batch;
END;

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['shadow_entries', 'shadow_errors'] LOOP
        EXECUTE format('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR '
                       'TRUNCATE ON reward.%I FOR EACH STATEMENT EXECUTE '
                       'FUNCTION reward.refuse_change()', name);
    END LOOP;
END $$;

GRANT INSERT ON shadow_entries, shadow_errors TO reward_worker;

-- ---- views -------------------------------------------------------------------

-- The rule of a line's name: `xp` of `shadow:xp` and of `shadow:xp.base`.
CREATE FUNCTION shadow_rule(line text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN split_part(split_part(line, ':', 2), '.', 1);

CREATE VIEW shadow_transactions AS
SELECT s.name AS event_source,
       e.event_id,
       shadow_rule(l.name) AS rule,
       l.name AS line,
       a.address AS user_address,
       gigs(x.amount)::numeric(20, 2) AS amount,
       e.contract_id,
       r.stamp AS ruleset,
       e.occurred_at,
       b.posted_at AS created_at
  FROM shadow_entries x
  JOIN events e ON e.id = x.event_id
  JOIN sources s ON s.id = e.source_id
  JOIN lines l ON l.id = x.line_id
  JOIN accounts a ON a.id = x.account_id
  JOIN batches b ON b.first_id = x.event_id & -8192
  JOIN ruleset_texts r ON r.id = b.ruleset_id;

CREATE VIEW shadow_failures AS
SELECT s.name AS event_source,
       e.event_id,
       shadow_rule(l.name) AS rule,
       x.reason,
       x.message,
       r.stamp AS ruleset,
       e.occurred_at,
       b.posted_at AS created_at
  FROM shadow_errors x
  JOIN events e ON e.id = x.event_id
  JOIN sources s ON s.id = e.source_id
  JOIN lines l ON l.id = x.line_id
  JOIN batches b ON b.first_id = x.event_id & -8192
  JOIN ruleset_texts r ON r.id = b.ruleset_id;

-- What each rule comes to, under each rule set that had it in shadow: events
-- that it would have paid, their sum, how many accounts, and where it failed.
CREATE VIEW shadow_totals AS
SELECT shadow_rule(l.name) AS rule,
       r.stamp AS ruleset,
       count(DISTINCT x.event_id) FILTER (WHERE x.amount > 0) AS payments,
       (coalesce(sum(x.amount), 0) * 0.01)::numeric(30, 2) AS amount,
       count(DISTINCT x.account_id) AS accounts,
       count(*) FILTER (WHERE x.amount IS NULL) AS errors
  FROM (SELECT event_id, line_id, account_id, amount FROM shadow_entries
         UNION ALL
        SELECT event_id, line_id, NULL, NULL FROM shadow_errors) x
  JOIN lines l ON l.id = x.line_id
  JOIN batches b ON b.first_id = x.event_id & -8192
  JOIN ruleset_texts r ON r.id = b.ruleset_id
 GROUP BY shadow_rule(l.name), r.id;

GRANT SELECT ON ALL TABLES IN SCHEMA reward
    TO reward_worker, reward_relay, reward_reader;
