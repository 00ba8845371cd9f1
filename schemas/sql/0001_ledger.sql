-- The ledger: narrow, append-friendly base tables that hold each fact once.
-- The contract's views over them are in 0002. Amounts are minor units (1/100
-- GIGS) in bigint; the program rounds, no column does.
--
-- Ids of events and dead letters come in blocks of 8192, one block a batch, so
-- `id & -8192` is the batch's first_id and leads to its time and rule set.

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['reward_owner', 'reward_worker',
                                'reward_relay', 'reward_reader'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) THEN
            EXECUTE format('CREATE ROLE %I NOLOGIN', name);
        END IF;
    END LOOP;
END $$;

CREATE SCHEMA reward AUTHORIZATION reward_owner;
SET LOCAL ROLE reward_owner;
SET LOCAL search_path = reward;

CREATE TABLE schema_migrations (
    version    integer PRIMARY KEY,
    name       text NOT NULL,
    sha256     text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    applied_by text NOT NULL DEFAULT session_user
);

-- ---- names, each written once ----------------------------------------------

CREATE TABLE sources (
    id   integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text COLLATE "C" NOT NULL UNIQUE
);

CREATE TABLE types (
    id   integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text COLLATE "C" NOT NULL UNIQUE
);

-- What entries, counters and once-keys are kept under: `rule.line`.
CREATE TABLE lines (
    id               integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name             text COLLATE "C" NOT NULL UNIQUE,
    transaction_type text NOT NULL DEFAULT 'earn',
    counterparty     text NOT NULL DEFAULT '@rewards',
    description      text NOT NULL DEFAULT ''
);

-- A partition of an input topic, and the offset that is read next. The truth
-- about the position is here; Kafka's group offset is for lag tools.
CREATE TABLE streams (
    id          integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    topic       text COLLATE "C" NOT NULL,
    partition   integer NOT NULL,
    next_offset bigint NOT NULL CHECK (next_offset >= 0),
    -- Digest of the record before next_offset: shows that a topic is still
    -- the one that was read before.
    last_record bytea,
    UNIQUE (topic, partition)
) WITH (fillfactor = 50);

-- ---- rule sets --------------------------------------------------------------

CREATE TABLE ruleset_texts (
    id            integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name          text NOT NULL,
    version       text NOT NULL,
    sha256        text NOT NULL UNIQUE,
    stamp         text NOT NULL,
    asset         text NOT NULL,
    text          text NOT NULL,
    registered_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- The last row names the rule set in force. Written under an advisory lock
-- that every posting transaction holds shared, so that all workers switch
-- between two commits.
CREATE TABLE ruleset_activations (
    id           integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    ruleset_id   integer NOT NULL REFERENCES ruleset_texts (id),
    activated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    activated_by text NOT NULL DEFAULT session_user
);

-- How a rule's payments are told to people: all the relay needs of the rules.
CREATE TABLE ruleset_notifies (
    ruleset_id integer NOT NULL REFERENCES ruleset_texts (id),
    rule       text COLLATE "C" NOT NULL,
    category   text NOT NULL,
    title      text NOT NULL,
    body       text NOT NULL,
    collapse   text NOT NULL,
    ttl_s      integer NOT NULL,
    enabled    boolean NOT NULL,
    data_keys  text[] NOT NULL DEFAULT '{}',
    data_texts text[] NOT NULL DEFAULT '{}',
    PRIMARY KEY (ruleset_id, rule),
    CHECK (cardinality(data_keys) = cardinality(data_texts))
);

-- ---- the ledger --------------------------------------------------------------

CREATE SEQUENCE block_seq;

CREATE TABLE batches (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    first_id     bigint NOT NULL UNIQUE CHECK (first_id & 8191 = 0),
    last_id      bigint NOT NULL,
    posted_at    timestamptz NOT NULL,
    ruleset_id   integer NOT NULL REFERENCES ruleset_texts (id),
    records      integer NOT NULL,
    posted       integer NOT NULL,
    no_reward    integer NOT NULL,
    duplicates   integer NOT NULL,
    conflicts    integer NOT NULL,
    dead_letters integer NOT NULL,
    entries      integer NOT NULL,
    amount       numeric NOT NULL, -- minor units; a sum may pass bigint
    CHECK (last_id BETWEEN first_id - 1 AND first_id + 8191),
    CHECK (records = posted + no_reward + duplicates + conflicts
                     + dead_letters)
);

CREATE TABLE accounts (
    id            integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    last_seq      integer NOT NULL DEFAULT 0 CHECK (last_seq >= 0),
    balance       bigint NOT NULL DEFAULT 0
                  CHECK (balance BETWEEN 0 AND 9000000000000000000),
    total_earned  bigint NOT NULL DEFAULT 0 CHECK (total_earned >= 0),
    total_spent   bigint NOT NULL DEFAULT 0 CHECK (total_spent >= 0),
    staked_amount bigint NOT NULL DEFAULT 0 CHECK (staked_amount >= 0),
    created_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    updated_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    address       text COLLATE "C" NOT NULL UNIQUE
                  CHECK (octet_length(address) BETWEEN 1 AND 42)
) WITH (fillfactor = 70);

-- Every event that was taken in, once. payload_hash is 128 bits of SHA-256
-- (uuid: the narrowest type of that width). kept holds, as a JSON object, the
-- fields that notifications mention.
CREATE TABLE events (
    id           bigint NOT NULL,
    "offset"     bigint NOT NULL,
    occurred_at  timestamptz NOT NULL,
    payload_hash uuid NOT NULL,
    account_id   integer,
    source_id    integer NOT NULL,
    stream_id    integer NOT NULL,
    type_id      integer NOT NULL,
    outcome      "char" NOT NULL CHECK (outcome IN ('p', 'n')),
    notify       boolean NOT NULL,
    event_id     text COLLATE "C" NOT NULL,
    contract_id  text COLLATE "C",
    traceparent  text COLLATE "C",
    kept         text COLLATE "C",
    CONSTRAINT events_pkey PRIMARY KEY (id),
    CONSTRAINT events_identity UNIQUE (event_id, source_id)
);

CREATE INDEX events_contract ON events (contract_id)
    WHERE contract_id IS NOT NULL;

-- One row a line that paid: a whole double entry, whose other side is the
-- line's counterparty.
CREATE TABLE entries (
    event_id      bigint NOT NULL,
    amount        bigint NOT NULL CHECK (
                  amount <> 0 AND amount BETWEEN -9000000000000000000
                                         AND 9000000000000000000),
    balance_after bigint NOT NULL
                  CHECK (balance_after BETWEEN 0 AND 9000000000000000000),
    account_id    integer NOT NULL,
    seq           integer NOT NULL CHECK (seq >= 1),
    line_id       integer NOT NULL,
    ordinal       smallint NOT NULL CHECK (ordinal BETWEEN 0 AND 1023),
    CONSTRAINT entries_once_a_line UNIQUE (event_id, line_id),
    CONSTRAINT entries_account_seq UNIQUE (account_id, seq)
);

-- Records that made neither an event nor a dead letter: repeats of an event
-- ('d', with the event) and tombstones ('n').
CREATE TABLE other_records (
    "offset"  bigint NOT NULL,
    event_id  bigint,
    stream_id integer NOT NULL,
    outcome   "char" NOT NULL CHECK (outcome IN ('d', 'n')),
    PRIMARY KEY (stream_id, "offset")
);

-- Records set aside, byte for byte.
CREATE TABLE dead_records (
    id            bigint PRIMARY KEY,
    "offset"      bigint NOT NULL,
    record_time   timestamptz,
    stream_id     integer NOT NULL,
    reason        text NOT NULL CHECK (reason IN (
                  'malformed_json', 'malformed_envelope', 'confluent_framing',
                  'unknown_type', 'schema_violation', 'decimal_precision',
                  'too_large', 'future_timestamp', 'id_conflict',
                  'amount_overflow', 'rule_error')),
    message       text NOT NULL,
    key           bytea,
    value         bytea,
    header_names  bytea[] NOT NULL,
    header_values bytea[] NOT NULL,
    UNIQUE (stream_id, "offset")
);

-- Account 0 stands for all accounts.
CREATE TABLE counters (
    account_id integer NOT NULL,
    line_id    integer NOT NULL,
    bucket     integer NOT NULL,
    kind       smallint NOT NULL,
    value      numeric(38, 9) NOT NULL CHECK (value >= 0),
    PRIMARY KEY (account_id, line_id, kind, bucket)
) WITH (fillfactor = 70);

CREATE TABLE once_keys (
    event_id   bigint NOT NULL,
    account_id integer NOT NULL,
    line_id    integer NOT NULL,
    key        text COLLATE "C" NOT NULL,
    CONSTRAINT once_keys_pkey PRIMARY KEY (account_id, line_id, key)
);

-- A lower bound of what a relay has published; the truth is its own topic.
CREATE TABLE relay_positions (
    name       text PRIMARY KEY,
    batch_id   bigint NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- ---- append-only --------------------------------------------------------------

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'table "%" is append-only: % is refused', TG_TABLE_NAME,
        lower(TG_OP) USING ERRCODE = 'insufficient_privilege',
        HINT = 'Correct a payment by a new entry, never by changing one.';
END $$;

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['events', 'entries', 'other_records',
        'dead_records', 'once_keys', 'batches', 'ruleset_texts',
        'ruleset_activations', 'ruleset_notifies', 'schema_migrations'] LOOP
        EXECUTE format('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR '
                       'TRUNCATE ON reward.%I FOR EACH STATEMENT EXECUTE '
                       'FUNCTION reward.refuse_change()', name);
    END LOOP;
END $$;

-- ---- rights --------------------------------------------------------------------

GRANT USAGE ON SCHEMA reward TO reward_worker, reward_relay, reward_reader;
GRANT SELECT ON ALL TABLES IN SCHEMA reward
    TO reward_worker, reward_relay, reward_reader;

GRANT INSERT ON sources, types, lines, streams, ruleset_texts,
    ruleset_activations, ruleset_notifies, batches, accounts, events, entries,
    other_records, dead_records, counters, once_keys TO reward_worker;
GRANT USAGE ON SEQUENCE block_seq TO reward_worker;
GRANT UPDATE (next_offset, last_record) ON streams TO reward_worker;
GRANT UPDATE (balance, total_earned, total_spent, staked_amount, last_seq,
    updated_at) ON accounts TO reward_worker;
GRANT UPDATE (value) ON counters TO reward_worker;

GRANT INSERT, UPDATE ON relay_positions TO reward_relay;
