-- The simplest tables that pay an event once: its identity, its entries, and
-- balances. Amounts are minor units.

CREATE TABLE inbox (
    source    text COLLATE "C" NOT NULL,
    id        text COLLATE "C" NOT NULL,
    type      text NOT NULL,
    account   text COLLATE "C" NOT NULL,
    posted_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (id, source)
);

CREATE TABLE entries (
    source   text COLLATE "C" NOT NULL,
    event_id text COLLATE "C" NOT NULL,
    line     text NOT NULL,
    account  text COLLATE "C" NOT NULL,
    amount   bigint NOT NULL
);

CREATE TABLE balances (
    account text COLLATE "C" PRIMARY KEY,
    balance bigint NOT NULL
) WITH (fillfactor = 70);

-- Posts events that were not there yet, in order of their keys: two batches at
-- once must not wait for one another in a circle. In PL/pgSQL, since it keeps its
-- plan from call to call.
CREATE FUNCTION post(batch jsonb) RETURNS void LANGUAGE plpgsql
    SET plan_cache_mode = force_generic_plan AS $$
BEGIN
WITH events AS (
    SELECT DISTINCT ON (e.id, e.source) e.*
      FROM jsonb_to_recordset(batch) AS e (source text, id text, type text,
           account text, lines jsonb)
     ORDER BY e.id, e.source
), fresh AS (
    INSERT INTO inbox (source, id, type, account)
    SELECT source, id, type, account FROM events
    ON CONFLICT DO NOTHING RETURNING source, id
), paid AS (
    INSERT INTO entries (source, event_id, line, account, amount)
    SELECT e.source, e.id, l.line, e.account, l.amount
      FROM fresh f JOIN events e ON e.id = f.id AND e.source = f.source,
           jsonb_to_recordset(e.lines) AS l (line text, amount bigint)
    RETURNING account, amount
)
INSERT INTO balances AS b (account, balance)
SELECT account, sum(amount) FROM paid GROUP BY account ORDER BY account
ON CONFLICT (account) DO UPDATE SET balance = b.balance + EXCLUDED.balance;
END $$;
