-- What is done with GIGS once they are earned: spending, transfers, stakes,
-- holds, reversals, conversions, votes. Balances and entries are where they
-- were; everything else is a table of its own, append-only like the books, and
-- what is open follows from what has not ended yet.

SET LOCAL ROLE reward_owner;
SET LOCAL search_path = reward;

-- Division keeps 16 digits, a product all of them.
CREATE OR REPLACE FUNCTION gigs(minor bigint) RETURNS numeric(20, 2)
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (minor::numeric * 0.01)::numeric(20, 2);

-- ---- kinds of entry -----------------------------------------------------------

-- Who is on the other side, and what besides the balance an entry moves: by how
-- much for each unit of its signed amount. The program has the same table.
CREATE TABLE transaction_types (
    name         text COLLATE "C" PRIMARY KEY,
    counterparty text NOT NULL, -- empty: the other user of a transfer
    earned       smallint NOT NULL,
    spent        smallint NOT NULL,
    staked       smallint NOT NULL,
    pending      smallint NOT NULL,
    reserved     smallint NOT NULL,
    debt         smallint NOT NULL
);

INSERT INTO transaction_types VALUES
    ('earn',      '@rewards',      1,  0,  0,  0,  0, 0),
    ('hold',      '@pending',      1,  0,  0, -1,  0, 0),
    ('release',   '@pending',      1,  0,  0, -1,  0, 0),
    ('void',      '@rewards',      1,  0,  0,  0,  0, 0),
    ('reversal',  '@rewards',      1,  0,  0,  0,  0, 0),
    ('debt',      '@debt',         0,  0,  0,  0,  0, 1),
    ('repay',     '@debt',         0,  0,  0,  0,  0, 1),
    ('spend',     '@shop',         0, -1,  0,  0,  0, 0),
    ('transfer',  '',              0,  0,  0,  0,  0, 0),
    ('stake',     '@staking',      0,  0, -1,  0,  0, 0),
    ('unstake',   '@staking',      0,  0, -1,  0,  0, 0),
    ('reserve',   '@conversion',   0,  0,  0,  0, -1, 0),
    ('unreserve', '@conversion',   0,  0,  0,  0, -1, 0),
    ('convert',   '@blockchain',   0,  0,  0,  0,  0, 0),
    ('adjust',    '@adjustments',  0,  0,  0,  0,  0, 0);

ALTER TABLE lines
    ADD CONSTRAINT lines_transaction_type_fkey
    FOREIGN KEY (transaction_type) REFERENCES transaction_types (name);

-- ---- accounts and entries -------------------------------------------------------

-- side: of which other tables the account has rows, so that the rest need not
-- be looked at. 1: stakes, 2: closings.
ALTER TABLE accounts
    ADD COLUMN pending_amount bigint NOT NULL DEFAULT 0
        CHECK (pending_amount >= 0),
    ADD COLUMN reserved_amount bigint NOT NULL DEFAULT 0
        CHECK (reserved_amount >= 0),
    ADD COLUMN debt_amount bigint NOT NULL DEFAULT 0 CHECK (debt_amount >= 0),
    ADD COLUMN side smallint NOT NULL DEFAULT 0;

-- The other user of a transfer. One event may move two accounts under one name,
-- as when both pay back what they owe.
ALTER TABLE entries
    ADD COLUMN counterparty_id integer,
    DROP CONSTRAINT entries_once_a_line,
    ADD CONSTRAINT entries_once_a_line UNIQUE (event_id, line_id, account_id);

ALTER TABLE events
    DROP CONSTRAINT events_outcome_check,
    ADD CONSTRAINT events_outcome_check
        CHECK (outcome IN ('p', 'n', 'r')) NOT VALID;
ALTER TABLE events VALIDATE CONSTRAINT events_outcome_check;

-- ---- batches ----------------------------------------------------------------------

-- What each batch did to the sums of all accounts; `opened` counts the accounts
-- that got their first entry.
ALTER TABLE batches
    ADD COLUMN rejected integer NOT NULL DEFAULT 0,
    ADD COLUMN opened   integer NOT NULL DEFAULT 0,
    ADD COLUMN earned   numeric NOT NULL DEFAULT 0,
    ADD COLUMN spent    numeric NOT NULL DEFAULT 0,
    ADD COLUMN staked   numeric NOT NULL DEFAULT 0,
    ADD COLUMN pending  numeric NOT NULL DEFAULT 0,
    ADD COLUMN reserved numeric NOT NULL DEFAULT 0,
    ADD COLUMN debt     numeric NOT NULL DEFAULT 0;

DO $$
DECLARE
    name text;
BEGIN
    SELECT conname INTO STRICT name FROM pg_constraint
     WHERE conrelid = 'reward.batches'::regclass AND contype = 'c'
       AND pg_get_constraintdef(oid) LIKE '%records =%';
    EXECUTE format('ALTER TABLE reward.batches DROP CONSTRAINT %I', name);
END $$;

ALTER TABLE batches ADD CONSTRAINT batches_records_check
    CHECK (records = posted + no_reward + duplicates + conflicts
                     + dead_letters + rejected);

-- Until now everything that was posted was earned.
ALTER TABLE batches DISABLE TRIGGER append_only;
UPDATE batches b
   SET earned = b.amount,
       opened = (SELECT count(*) FROM entries n
                  WHERE n.event_id BETWEEN b.first_id AND b.last_id
                    AND n.seq = 1)
 WHERE b.entries > 0;
ALTER TABLE batches ENABLE TRIGGER append_only;

-- ---- answers ------------------------------------------------------------------------

-- What a token event says besides its entries: its type, without io.gigchain.
-- and .v1, and members of its data. place 0 goes with the account's entries for
-- the event; others are messages of their own. seq is 0 for an account that
-- has no entry yet.
CREATE TABLE answers (
    event_id      bigint NOT NULL,
    balance_after bigint NOT NULL,
    account_id    integer NOT NULL,
    seq           integer NOT NULL CHECK (seq >= 0),
    place         smallint NOT NULL CHECK (place >= 0),
    type          text NOT NULL,
    detail        text NOT NULL,
    -- The rule whose notification goes with it; empty: the message of its type;
    -- NULL: that of the first entry, or of its type where there is none.
    notify        text,
    PRIMARY KEY (event_id, account_id, place)
);

-- ---- stakes ---------------------------------------------------------------------------

CREATE TABLE stakes (
    staking_id uuid PRIMARY KEY,
    event_id   bigint NOT NULL,
    amount     bigint NOT NULL CHECK (amount > 0),
    start_at   timestamptz NOT NULL,
    end_at     timestamptz NOT NULL,
    account_id integer NOT NULL,
    lock_days  integer NOT NULL,
    bonus_xp   numeric NOT NULL, -- percent
    benefits   text NOT NULL,
    CHECK (end_at > start_at)
);
CREATE INDEX stakes_account ON stakes (account_id);

CREATE TABLE unstakes (
    staking_id uuid PRIMARY KEY REFERENCES stakes,
    event_id   bigint NOT NULL
);

-- ---- purchases --------------------------------------------------------------------------

CREATE TABLE purchases (
    event_id    bigint NOT NULL,
    account_id  integer NOT NULL,
    line_id     integer NOT NULL,
    item        text COLLATE "C" NOT NULL,
    contract_id text COLLATE "C" NOT NULL, -- empty: for no single one
    from_at     timestamptz NOT NULL,
    until_at    timestamptz, -- NULL: for good
    PRIMARY KEY (event_id, line_id),
    CHECK (until_at > from_at)
);
CREATE INDEX purchases_item ON purchases (account_id, item, contract_id,
                                          until_at);

-- ---- holds and reversals ----------------------------------------------------------------

-- What rules pay under a condition. matched_id is the account whose event
-- releases it.
CREATE TABLE holds (
    hold_id    uuid PRIMARY KEY,
    event_id   bigint NOT NULL,
    amount     bigint NOT NULL CHECK (amount > 0),
    expires_at timestamptz NOT NULL,
    account_id integer NOT NULL,
    matched_id integer NOT NULL,
    line_id    integer NOT NULL
);
CREATE INDEX holds_matched ON holds (matched_id, line_id);
CREATE INDEX holds_account ON holds (account_id);

CREATE TABLE hold_ends (
    hold_id  uuid PRIMARY KEY REFERENCES holds,
    event_id bigint NOT NULL,
    outcome  text NOT NULL CHECK (outcome IN ('released', 'voided'))
);

-- The first event that a rule's payments are released or reversed by: those
-- before it, and those after. account_id is the matched account; contract_id is
-- empty for releases.
CREATE TABLE closings (
    account_id  integer NOT NULL,
    line_id     integer NOT NULL,
    contract_id text COLLATE "C" NOT NULL,
    event_id    bigint NOT NULL,
    PRIMARY KEY (account_id, line_id, contract_id)
);

-- An event whose payments under a rule were taken back, once.
CREATE TABLE reversals (
    origin_id  bigint NOT NULL,
    closing_id bigint NOT NULL,
    line_id    integer NOT NULL,
    PRIMARY KEY (origin_id, line_id)
);

-- What the clock has to send, and when: a list of things to do, not books. Rows
-- go when they are done. That each is of an open hold is checked by verify: a
-- foreign key would cost a look-up a row in the worker's way.
CREATE TABLE timers (
    hold_id uuid PRIMARY KEY,
    due_at  timestamptz NOT NULL
);
CREATE INDEX timers_due ON timers (due_at);

-- ---- conversions ---------------------------------------------------------------------------

CREATE TABLE conversions (
    conversion_id      uuid PRIMARY KEY,
    event_id           bigint NOT NULL,
    amount             bigint NOT NULL CHECK (amount > 0),
    account_id         integer NOT NULL,
    rate               numeric(10, 4) NOT NULL CHECK (rate > 0),
    blockchain_address text NOT NULL
);
CREATE INDEX conversions_account ON conversions (account_id);

-- Each step of a conversion; the last one is where it stands.
CREATE TABLE settlements (
    event_id      bigint PRIMARY KEY,
    conversion_id uuid NOT NULL REFERENCES conversions,
    status        text NOT NULL
                  CHECK (status IN ('processing', 'completed', 'failed')),
    tx_hash       text,
    CHECK (status <> 'completed' OR tx_hash IS NOT NULL)
);
CREATE INDEX settlements_conversion ON settlements (conversion_id, event_id);
CREATE UNIQUE INDEX settlements_once ON settlements (conversion_id)
    WHERE status IN ('completed', 'failed');

-- ---- votes -----------------------------------------------------------------------------------

-- What the voters' power is: their balances before the proposal's event, in the
-- order of posting.
CREATE TABLE proposals (
    proposal_id     text COLLATE "C" PRIMARY KEY,
    event_id        bigint NOT NULL,
    voting_start    timestamptz NOT NULL,
    voting_end      timestamptz NOT NULL,
    quorum_required bigint CHECK (quorum_required >= 0),
    account_id      integer NOT NULL,
    title           text NOT NULL,
    description     text NOT NULL,
    category        text NOT NULL,
    execution_data  text
);

CREATE TABLE votes (
    proposal_id text COLLATE "C" NOT NULL REFERENCES proposals,
    event_id    bigint NOT NULL,
    power       bigint NOT NULL CHECK (power > 0),
    account_id  integer NOT NULL,
    choice      smallint NOT NULL CHECK (choice IN (0, 1, 2)),
    reason      text,
    PRIMARY KEY (proposal_id, account_id)
);

CREATE TABLE tallies (
    proposal_id text COLLATE "C" PRIMARY KEY REFERENCES proposals,
    event_id    bigint NOT NULL,
    result      text NOT NULL,
    sha256      text NOT NULL
);

-- What an account had when a proposal was put: the balance after its last entry
-- before the proposal's event. Events are posted in the order of their batches,
-- and in those in the order of their ids; entries of an account are numbered
-- alike.
CREATE FUNCTION balance_at(account integer, proposal text) RETURNS bigint
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN coalesce((SELECT n.balance_after
                       FROM proposals p
                       JOIN batches q ON q.first_id = p.event_id & -8192
                       JOIN entries n ON n.account_id = balance_at.account
                       JOIN batches b ON b.first_id = n.event_id & -8192
                      WHERE p.proposal_id = balance_at.proposal
                        AND (b.id, n.event_id) < (q.id, p.event_id)
                      ORDER BY n.seq DESC LIMIT 1), 0);

-- ---- texts from the program --------------------------------------------------------------------

-- Microseconds since 1970, both ways.
CREATE FUNCTION to_us(at timestamptz) RETURNS bigint
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (extract(epoch FROM at) * 1000000)::bigint;

CREATE FUNCTION from_us(us bigint) RETURNS timestamptz
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN timestamptz 'epoch' + interval '1 second' * (us / 1000000)
           + interval '1 microsecond' * (us % 1000000);

-- What a request calls an id need not be one.
CREATE FUNCTION uuid_or_null(id text) RETURNS uuid
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN id ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
                THEN id::uuid END;

-- ---- fee tiers ---------------------------------------------------------------------------------

-- Of each rule set, so that whoever reads the database knows them too.
CREATE TABLE ruleset_tiers (
    ruleset_id   integer NOT NULL REFERENCES ruleset_texts (id),
    from_minor   bigint NOT NULL,
    name         text NOT NULL,
    fee_percent  numeric NOT NULL,
    count_staked boolean NOT NULL,
    PRIMARY KEY (ruleset_id, from_minor)
);

-- ---- what rules wait for -----------------------------------------------------------------------

-- The type of event that releases what a rule holds, of each rule set: closings
-- of older events are looked for once, when a rule begins to wait.
CREATE TABLE ruleset_awaits (
    ruleset_id integer NOT NULL REFERENCES ruleset_texts (id),
    line_id    integer NOT NULL,
    type_id    integer NOT NULL,
    PRIMARY KEY (ruleset_id, line_id)
);

-- ---- append-only, rights -------------------------------------------------------------------------

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['answers', 'stakes', 'unstakes', 'purchases',
        'holds', 'hold_ends', 'closings', 'reversals', 'conversions',
        'settlements', 'proposals', 'votes', 'tallies', 'ruleset_tiers',
        'ruleset_awaits', 'transaction_types'] LOOP
        EXECUTE format('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR '
                       'TRUNCATE ON reward.%I FOR EACH STATEMENT EXECUTE '
                       'FUNCTION reward.refuse_change()', name);
    END LOOP;
END $$;

GRANT INSERT ON answers, stakes, unstakes, purchases, holds, hold_ends,
    closings, reversals, conversions, settlements, proposals, votes, tallies,
    ruleset_tiers, ruleset_awaits, timers TO reward_worker;
GRANT UPDATE (due_at), DELETE ON timers TO reward_worker;
GRANT UPDATE (pending_amount, reserved_amount, debt_amount, side) ON accounts
    TO reward_worker;

-- ---- views ---------------------------------------------------------------------------------------

CREATE OR REPLACE FUNCTION outcome_name(outcome "char") RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE outcome WHEN 'p' THEN 'posted' WHEN 'n' THEN 'no_reward'
                        WHEN 'd' THEN 'duplicate' WHEN 'r' THEN 'rejected' END;

CREATE OR REPLACE VIEW user_token_balances AS
SELECT a.address AS user_address,
       gigs(a.balance)::numeric(20, 2) AS balance,
       gigs(a.total_earned)::numeric(20, 2) AS total_earned,
       gigs(a.total_spent)::numeric(20, 2) AS total_spent,
       gigs(a.staked_amount)::numeric(20, 2) AS staked_amount,
       a.last_seq,
       a.created_at,
       a.updated_at,
       gigs(a.pending_amount)::numeric(20, 2) AS pending_amount,
       gigs(a.reserved_amount)::numeric(20, 2) AS reserved_amount,
       gigs(a.debt_amount)::numeric(20, 2) AS debt_amount
  FROM accounts a;

CREATE OR REPLACE VIEW token_transactions AS
SELECT e.id * 1024 + n.ordinal AS id,
       s.name AS event_source,
       e.event_id,
       l.name AS line,
       a.address AS user_address,
       n.seq AS account_seq,
       l.transaction_type,
       gigs(n.amount)::numeric(20, 2) AS amount,
       gigs(n.balance_after)::numeric(20, 2) AS balance_after,
       coalesce((SELECT c.address FROM accounts c
                  WHERE c.id = n.counterparty_id),
                l.counterparty) COLLATE "default" AS counterparty,
       l.description,
       jsonb_build_object('type', t.name)
           || coalesce(e.kept::jsonb, '{}'::jsonb)
           || coalesce((SELECT w.detail::jsonb FROM answers w
                         WHERE w.event_id = n.event_id
                           AND w.account_id = n.account_id
                           AND w.place = 0), '{}'::jsonb) AS metadata,
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

CREATE OR REPLACE VIEW inbox AS
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
       substr(e.traceparent, 4, 32) AS trace_id,
       CASE e.outcome WHEN 'r' THEN (SELECT w.detail::jsonb ->> 'reason'
                                       FROM answers w
                                      WHERE w.event_id = e.id
                                        AND w.type = 'token.rejected')
       END AS reason
  FROM events e
  JOIN sources s ON s.id = e.source_id
  JOIN types t ON t.id = e.type_id
  JOIN streams p ON p.id = e.stream_id
  JOIN batches b ON b.first_id = e.id & -8192
  JOIN ruleset_texts r ON r.id = b.ruleset_id
  LEFT JOIN accounts a ON a.id = e.account_id;

-- The clock, whose stream is called @clock, is no topic.
CREATE OR REPLACE VIEW record_outcomes AS
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
          FROM dead_records) o ON o.stream_id = p.id
 WHERE p.topic <> '@clock';

CREATE OR REPLACE VIEW stream_positions AS
SELECT topic, partition, next_offset FROM streams WHERE topic <> '@clock';

CREATE VIEW rejections AS
SELECT e.id,
       s.name AS event_source,
       e.event_id,
       t.name AS type,
       a.address AS user_address,
       w.detail::jsonb ->> 'reason' AS reason,
       w.detail::jsonb ->> 'message' AS message,
       e.occurred_at,
       b.posted_at AS created_at
  FROM answers w
  JOIN events e ON e.id = w.event_id
  JOIN sources s ON s.id = e.source_id
  JOIN types t ON t.id = e.type_id
  JOIN accounts a ON a.id = w.account_id
  JOIN batches b ON b.first_id = e.id & -8192
 WHERE w.type = 'token.rejected';

CREATE VIEW entitlements AS
SELECT a.address AS user_address,
       p.item,
       p.from_at AS "from",
       p.until_at AS "until",
       nullif(p.contract_id, '') AS contract_id,
       s.name AS event_source,
       e.event_id,
       b.posted_at AS created_at
  FROM purchases p
  JOIN accounts a ON a.id = p.account_id
  JOIN events e ON e.id = p.event_id
  JOIN sources s ON s.id = e.source_id
  JOIN batches b ON b.first_id = p.event_id & -8192;

CREATE VIEW token_staking AS
SELECT k.staking_id AS id,
       a.address AS user_address,
       gigs(k.amount)::numeric(20, 2) AS amount,
       k.lock_days AS lock_period,
       k.start_at AS start_date,
       k.end_at AS end_date,
       u.staking_id IS NULL AS is_active,
       k.benefits::jsonb AS benefits,
       b.posted_at AS created_at
  FROM stakes k
  JOIN accounts a ON a.id = k.account_id
  JOIN batches b ON b.first_id = k.event_id & -8192
  LEFT JOIN unstakes u ON u.staking_id = k.staking_id;

CREATE VIEW token_pending AS
SELECT h.hold_id AS id,
       a.address AS user_address,
       l.name AS rule,
       gigs(h.amount)::numeric(20, 2) AS amount,
       coalesce(x.outcome, 'pending') AS status,
       m.address AS waits_for,
       h.expires_at,
       s.name AS event_source,
       e.event_id,
       b.posted_at AS created_at,
       y.posted_at AS ended_at
  FROM holds h
  JOIN accounts a ON a.id = h.account_id
  JOIN accounts m ON m.id = h.matched_id
  JOIN lines l ON l.id = h.line_id
  JOIN events e ON e.id = h.event_id
  JOIN sources s ON s.id = e.source_id
  JOIN batches b ON b.first_id = h.event_id & -8192
  LEFT JOIN hold_ends x ON x.hold_id = h.hold_id
  LEFT JOIN batches y ON y.first_id = x.event_id & -8192;

CREATE VIEW token_conversion_queue AS
SELECT c.conversion_id AS id,
       a.address AS user_address,
       gigs(c.amount)::numeric(20, 2) AS internal_gigs_amount,
       c.blockchain_address,
       coalesce(x.status, 'pending') AS status,
       c.rate AS conversion_rate,
       x.tx_hash AS blockchain_tx_hash,
       b.posted_at AS created_at,
       CASE WHEN x.status <> 'processing' THEN x.posted_at END
           AS processed_at
  FROM conversions c
  JOIN accounts a ON a.id = c.account_id
  JOIN batches b ON b.first_id = c.event_id & -8192
  LEFT JOIN LATERAL (SELECT t.status, t.tx_hash, z.posted_at
                       FROM settlements t
                       JOIN batches z ON z.first_id = t.event_id & -8192
                      WHERE t.conversion_id = c.conversion_id
                      ORDER BY z.id DESC, t.event_id DESC LIMIT 1) x ON true;

CREATE VIEW governance_votes AS
SELECT v.event_id AS id,
       v.proposal_id,
       a.address AS voter_address,
       v.choice::integer AS vote_choice,
       gigs(v.power)::numeric(20, 2) AS voting_power,
       v.reason,
       b.posted_at AS created_at
  FROM votes v
  JOIN accounts a ON a.id = v.account_id
  JOIN batches b ON b.first_id = v.event_id & -8192;

CREATE VIEW governance_proposals AS
SELECT p.event_id AS id,
       p.proposal_id,
       a.address AS proposer_address,
       p.title,
       p.description,
       p.category,
       p.voting_start,
       p.voting_end,
       coalesce(t.result::jsonb ->> 'result',
                CASE WHEN p.voting_end > now() THEN 'active'
                     ELSE 'closed' END) AS status,
       (v.votes_for * 0.01)::numeric(20, 2) AS votes_for,
       (v.votes_against * 0.01)::numeric(20, 2) AS votes_against,
       (v.votes_abstain * 0.01)::numeric(20, 2) AS votes_abstain,
       gigs(p.quorum_required)::numeric(20, 2) AS quorum_required,
       p.execution_data::jsonb AS execution_data,
       b.posted_at AS created_at,
       t.result,
       t.sha256 AS result_sha256
  FROM proposals p
  JOIN accounts a ON a.id = p.account_id
  JOIN batches b ON b.first_id = p.event_id & -8192
  LEFT JOIN tallies t ON t.proposal_id = p.proposal_id
  CROSS JOIN LATERAL (
       SELECT coalesce(sum(x.power) FILTER (WHERE x.choice = 1), 0)
                  AS votes_for,
              coalesce(sum(x.power) FILTER (WHERE x.choice = 0), 0)
                  AS votes_against,
              coalesce(sum(x.power) FILTER (WHERE x.choice = 2), 0)
                  AS votes_abstain
         FROM votes x WHERE x.proposal_id = p.proposal_id) v;

-- What an account pays, by the tiers of the rule set in force.
CREATE VIEW fee AS
SELECT a.address AS user_address,
       t.name AS tier,
       t.fee_percent::numeric(9, 4) AS fee_percent,
       CASE WHEN f.fee_percent > 0
            THEN round(100 * (f.fee_percent - t.fee_percent)
                       / f.fee_percent, 2) ELSE 0 END AS discount_percent,
       gigs(a.balance)::numeric(20, 2) AS balance,
       gigs(a.staked_amount)::numeric(20, 2) AS staked_amount
  FROM accounts a
 CROSS JOIN LATERAL (SELECT x.ruleset_id FROM ruleset_activations x
                      ORDER BY x.id DESC LIMIT 1) r
 CROSS JOIN LATERAL (SELECT x.* FROM ruleset_tiers x
                      WHERE x.ruleset_id = r.ruleset_id
                        AND x.from_minor <= a.balance::numeric
                            + CASE WHEN x.count_staked THEN a.staked_amount
                                   ELSE 0 END
                      ORDER BY x.from_minor DESC LIMIT 1) t
 CROSS JOIN LATERAL (SELECT x.fee_percent FROM ruleset_tiers x
                      WHERE x.ruleset_id = r.ruleset_id
                      ORDER BY x.from_minor LIMIT 1) f;

GRANT SELECT ON ALL TABLES IN SCHEMA reward
    TO reward_worker, reward_relay, reward_reader;
