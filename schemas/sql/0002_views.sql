-- What other services, support and the books read: the plan's names and
-- columns over the base tables of 0001. Amounts are GIGS with two decimals.

SET LOCAL ROLE reward_owner;
SET LOCAL search_path = reward;

CREATE FUNCTION gigs(minor bigint) RETURNS numeric(20, 2)
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (minor::numeric / 100)::numeric(20, 2);

CREATE FUNCTION outcome_name(outcome "char") RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE outcome WHEN 'p' THEN 'posted' WHEN 'n' THEN 'no_reward'
                        WHEN 'd' THEN 'duplicate' END;

CREATE VIEW user_token_balances AS
SELECT a.address AS user_address,
       gigs(a.balance)::numeric(20, 2) AS balance,
       gigs(a.total_earned)::numeric(20, 2) AS total_earned,
       gigs(a.total_spent)::numeric(20, 2) AS total_spent,
       gigs(a.staked_amount)::numeric(20, 2) AS staked_amount,
       a.last_seq,
       a.created_at,
       a.updated_at
  FROM accounts a;

CREATE VIEW token_transactions AS
SELECT e.id * 1024 + n.ordinal AS id,
       s.name AS event_source,
       e.event_id,
       l.name AS line,
       a.address AS user_address,
       n.seq AS account_seq,
       l.transaction_type,
       gigs(n.amount)::numeric(20, 2) AS amount,
       gigs(n.balance_after)::numeric(20, 2) AS balance_after,
       l.counterparty,
       l.description,
       jsonb_build_object('type', t.name)
           || coalesce(e.kept::jsonb, '{}'::jsonb) AS metadata,
       e.contract_id,
       r.stamp AS ruleset,
       e.occurred_at,
       b.posted_at AS created_at
  FROM entries n
  JOIN events e ON e.id = n.event_id
  JOIN accounts a ON a.id = n.account_id
  JOIN lines l ON l.id = n.line_id
  JOIN sources s ON s.id = e.source_id
  JOIN types t ON t.id = e.type_id
  JOIN batches b ON b.first_id = e.id & -8192
  JOIN ruleset_texts r ON r.id = b.ruleset_id;

CREATE VIEW inbox AS
SELECT e.id,
       s.name AS event_source,
       e.event_id,
       t.name AS type,
       a.address AS user_address,
       p.topic,
       p.partition,
       e."offset",
       outcome_name(e.outcome) AS outcome,
       r.stamp AS ruleset,
       e.occurred_at,
       b.posted_at AS received_at,
       substr(e.traceparent, 4, 32) AS trace_id
  FROM events e
  JOIN sources s ON s.id = e.source_id
  JOIN types t ON t.id = e.type_id
  JOIN streams p ON p.id = e.stream_id
  JOIN batches b ON b.first_id = e.id & -8192
  JOIN ruleset_texts r ON r.id = b.ruleset_id
  LEFT JOIN accounts a ON a.id = e.account_id;

CREATE VIEW record_outcomes AS
SELECT p.topic, p.partition, o."offset", o.outcome
  FROM streams p
  JOIN (SELECT stream_id, "offset", outcome_name(outcome) AS outcome
          FROM events
        UNION ALL
        SELECT stream_id, "offset", outcome_name(outcome) FROM other_records
        UNION ALL
        SELECT stream_id, "offset",
               CASE reason WHEN 'id_conflict' THEN 'conflict'
                           ELSE 'dead_letter' END
          FROM dead_records) o ON o.stream_id = p.id;

CREATE VIEW stream_positions AS
SELECT topic, partition, next_offset FROM streams;

CREATE VIEW dead_letters AS
SELECT d.id,
       p.topic,
       p.partition,
       d."offset",
       d.reason,
       d.message,
       d.key,
       d.value,
       d.header_names,
       d.header_values,
       d.record_time,
       r.stamp AS ruleset,
       b.posted_at AS created_at
  FROM dead_records d
  JOIN streams p ON p.id = d.stream_id
  JOIN batches b ON b.first_id = d.id & -8192
  JOIN ruleset_texts r ON r.id = b.ruleset_id;

CREATE VIEW rulesets AS
SELECT r.id, r.name, r.version, r.sha256, r.stamp, r.text, r.registered_at,
       (SELECT max(x.activated_at) FROM ruleset_activations x
         WHERE x.ruleset_id = r.id) AS activated_at
  FROM ruleset_texts r;

GRANT SELECT ON ALL TABLES IN SCHEMA reward
    TO reward_worker, reward_relay, reward_reader;
