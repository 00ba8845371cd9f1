-- What people ask of all accounts at once: who earned most, and what there is
-- in total. Neither an index on accounts.total_earned (no balance could be
-- updated in place any more) nor a scan of all accounts each time will do. So there is a
-- copy, brought forward now and then, of the accounts in their order and of the
-- sums of the batches, and a position: the last batch that it knows. The views
-- read the copy and, live, whatever came after the position, so that they are
-- exact at any time; how far it lags is a matter of speed only.

SET LOCAL ROLE reward_owner;
SET LOCAL search_path = reward;

-- ---- the copy ---------------------------------------------------------------

-- The position, and the sums of all batches up to it, in minor units.
CREATE TABLE totals (
    one         boolean PRIMARY KEY DEFAULT true CHECK (one),
    batch_id    bigint NOT NULL,
    accounts    bigint NOT NULL,
    circulating numeric NOT NULL,
    earned      numeric NOT NULL,
    spent       numeric NOT NULL,
    staked      numeric NOT NULL,
    pending     numeric NOT NULL,
    reserved    numeric NOT NULL,
    debt        numeric NOT NULL
) WITH (fillfactor = 50);

-- The same by the day, in UTC, on which batches were posted.
CREATE TABLE daily_totals (
    day    date PRIMARY KEY,
    earned numeric NOT NULL,
    spent  numeric NOT NULL
) WITH (fillfactor = 50);

-- What each account with an entry has earned: as of the position, or later
-- where later batches have an entry of it. Rows go out of date all over the
-- index, which is to stay short at its top.
CREATE TABLE standings (
    account_id   integer NOT NULL,
    total_earned bigint NOT NULL,
    address      text COLLATE "C" NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0.05);

-- The position first: what is posted meanwhile comes after it.
INSERT INTO totals (batch_id, accounts, circulating, earned, spent, staked,
                    pending, reserved, debt)
SELECT coalesce(max(id), 0), coalesce(sum(opened), 0), coalesce(sum(amount), 0),
       coalesce(sum(earned), 0), coalesce(sum(spent), 0),
       coalesce(sum(staked), 0), coalesce(sum(pending), 0),
       coalesce(sum(reserved), 0), coalesce(sum(debt), 0)
  FROM batches;

INSERT INTO daily_totals
SELECT (b.posted_at AT TIME ZONE 'UTC')::date, sum(b.earned), sum(b.spent)
  FROM batches b, totals t
 WHERE b.id <= t.batch_id
 GROUP BY 1;

INSERT INTO standings
SELECT id, total_earned, address FROM accounts WHERE last_seq > 0;

-- Negative, so that both columns ascend and a place in the order is one row
-- comparison.
CREATE INDEX standings_order ON standings ((-total_earned), address);
ALTER TABLE standings ADD PRIMARY KEY (account_id);
ANALYZE standings;

-- ---- what came after it -----------------------------------------------------

-- How many that are, the planner cannot know; it is to go by the key.
CREATE FUNCTION batches_after(batch bigint) RETURNS SETOF batches
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 100
    SET enable_seqscan = off SET jit = off
BEGIN ATOMIC
    SELECT b.* FROM batches b WHERE b.id > batches_after.batch;
END;

-- The live standings of the accounts with an entry in one of these batches, in
-- order of id, so that each page is read once. Materialized: batches lead to
-- entries, never the other way round.
CREATE FUNCTION standings_after(batch bigint, until bigint DEFAULT NULL)
    RETURNS SETOF standings
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 200
    SET enable_seqscan = off SET enable_hashjoin = off
    SET enable_mergejoin = off SET jit = off
BEGIN ATOMIC
    WITH touched AS MATERIALIZED (
        SELECT n.account_id
          FROM batches b
          JOIN entries n ON n.event_id BETWEEN b.first_id AND b.last_id
         WHERE b.id > batch
           AND (until IS NULL OR b.id <= until)),
    ids AS MATERIALIZED (
        SELECT DISTINCT account_id FROM touched ORDER BY account_id)
    SELECT a.id, a.total_earned, a.address
      FROM ids i JOIN accounts a ON a.id = i.account_id;
END;

-- ---- bringing it forward ----------------------------------------------------

-- The batch up to which there are that many entries after the position, in no
-- more than a thousand batches; one batch at least. NULL: there is none.
CREATE FUNCTION next_position(batch bigint, most_entries bigint) RETURNS bigint
    LANGUAGE sql STABLE
    SET search_path = reward, pg_temp SET enable_seqscan = off SET jit = off
BEGIN ATOMIC
    SELECT max(s.id)
      FROM (SELECT b.id, row_number() OVER w AS n, sum(b.entries) OVER w AS upto
              FROM (SELECT id, entries FROM batches
                     WHERE id > batch ORDER BY id LIMIT 1000) b
            WINDOW w AS (ORDER BY b.id)) s
     WHERE s.upto <= most_entries OR s.n = 1;
END;

-- Takes the live numbers of all accounts with an entry in these batches: those
-- of later batches too, if they have some, which the views do not care about.
-- Earned goes up and, by reversals, down.
CREATE FUNCTION take_standings(batch bigint, until bigint) RETURNS void
    LANGUAGE sql SET search_path = reward, pg_temp SET jit = off
BEGIN ATOMIC
    INSERT INTO standings AS s
    SELECT l.* FROM standings_after(batch, until) l
        ON CONFLICT (account_id) DO UPDATE
           SET total_earned = excluded.total_earned
         WHERE s.total_earned <> excluded.total_earned;
END;

CREATE FUNCTION take_totals(batch bigint, until bigint) RETURNS void
    LANGUAGE sql
    SET search_path = reward, pg_temp SET enable_seqscan = off SET jit = off
BEGIN ATOMIC
    INSERT INTO daily_totals AS d
    SELECT (b.posted_at AT TIME ZONE 'UTC')::date, sum(b.earned), sum(b.spent)
      FROM batches b
     WHERE b.id > batch AND b.id <= until
     GROUP BY 1
        ON CONFLICT (day) DO UPDATE SET earned = d.earned + excluded.earned,
                                        spent = d.spent + excluded.spent;
    UPDATE totals t
       SET batch_id = until,
           accounts = t.accounts + b.opened,
           circulating = t.circulating + b.amount,
           earned = t.earned + b.earned,
           spent = t.spent + b.spent,
           staked = t.staked + b.staked,
           pending = t.pending + b.pending,
           reserved = t.reserved + b.reserved,
           debt = t.debt + b.debt
      FROM (SELECT sum(opened) AS opened, sum(amount) AS amount,
                   sum(earned) AS earned, sum(spent) AS spent,
                   sum(staked) AS staked, sum(pending) AS pending,
                   sum(reserved) AS reserved, sum(debt) AS debt
              FROM batches WHERE id > batch AND id <= until) b;
END;

-- Brings the copy forward by that many entries at most, and says whether it is
-- at the last batch now. It is false too where nothing may be written (a
-- standby, a read-only transaction) and where another is at it, whose work is
-- not waited for: none of them makes the views any less exact.
--
-- Readers may call it, so the lock is on a row that only the owner can lock.
CREATE FUNCTION refresh_standings(most_entries integer DEFAULT 10000)
    RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = reward, pg_temp SET jit = off AS $$
DECLARE
    known bigint;
    target bigint;
BEGIN
    IF current_setting('transaction_read_only')::boolean THEN
        RETURN false;
    END IF;
    SELECT batch_id INTO known FROM totals FOR UPDATE SKIP LOCKED;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    target := next_position(known, most_entries);
    IF target IS NOT NULL THEN
        PERFORM take_standings(known, target);
        PERFORM take_totals(known, target);
    END IF;
    RETURN NOT EXISTS (SELECT FROM batches
                        WHERE id > coalesce(target, known));
END $$;

REVOKE ALL ON FUNCTION next_position(bigint, bigint),
    take_standings(bigint, bigint), take_totals(bigint, bigint),
    refresh_standings(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION refresh_standings(integer)
    TO reward_worker, reward_relay, reward_reader;

-- ---- the leaderboard --------------------------------------------------------

-- The accounts with an entry after a place in the order, by what they have
-- earned, ties by address. Both halves, the copy of those that later batches
-- have not touched, and those that they have, come in that order, so that no
-- more rows are read than are asked for.
CREATE FUNCTION standings_by_copy(lines integer, negative bigint, after text)
    RETURNS SETOF standings
    LANGUAGE sql STABLE PARALLEL SAFE
    SET enable_seqscan = off SET enable_hashjoin = off
    SET enable_mergejoin = off SET jit = off
BEGIN ATOMIC
    WITH live AS MATERIALIZED (
        SELECT l.* FROM standings_after((SELECT batch_id FROM totals)) l)
    SELECT p.account_id, p.total_earned, p.address
      FROM (SELECT s.account_id, s.total_earned, s.address, false AS live
              FROM standings s
             UNION ALL
            SELECT l.account_id, l.total_earned, l.address, true
              FROM live l) p
     WHERE (p.live OR p.account_id NOT IN (SELECT account_id FROM live))
       AND (-p.total_earned, p.address) > (negative, after COLLATE "C")
     ORDER BY -p.total_earned, p.address
     LIMIT lines;
END;

-- The same from the accounts alone: a scan of all, which is still less than to
-- read so many entries, and bounds what it takes.
CREATE FUNCTION standings_by_scan(lines integer, negative bigint, after text)
    RETURNS SETOF standings
    LANGUAGE sql STABLE PARALLEL SAFE SET jit = off
BEGIN ATOMIC
    SELECT a.id, a.total_earned, a.address
      FROM accounts a
     WHERE a.last_seq > 0
       AND (-a.total_earned, a.address) > (negative, after COLLATE "C")
     ORDER BY -a.total_earned, a.address
     LIMIT lines;
END;

-- Whether the copy is that far behind, which takes workers at full speed for
-- long, or no relay. Many small batches are as far as many entries.
CREATE FUNCTION standings_lag() RETURNS boolean
    LANGUAGE sql STABLE PARALLEL SAFE SET enable_seqscan = off SET jit = off
BEGIN ATOMIC
    SELECT coalesce(sum(b.entries), 0) > 100000 OR count(*) = 10000
      FROM (SELECT b.entries FROM batches b
             WHERE b.id > (SELECT batch_id FROM totals)
             ORDER BY b.id LIMIT 10000) b;
END;

-- The rows of the leaderboard after a place in the order, by default from the
-- first on. Ranks count on from the place's.
CREATE FUNCTION leaderboard_page(lines integer DEFAULT 100,
                                 after_rank bigint DEFAULT 0,
                                 after_earned numeric DEFAULT NULL,
                                 after_address text DEFAULT '')
    RETURNS TABLE (rank bigint, user_address text, total_earned numeric(20, 2),
                   balance numeric(20, 2))
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = reward, pg_temp SET jit = off AS $$
DECLARE
    negative CONSTANT bigint :=
        coalesce((-100 * after_earned)::bigint, -9223372036854775807);
    source CONSTANT text := CASE WHEN standings_lag() THEN 'standings_by_scan'
                                 ELSE 'standings_by_copy' END;
BEGIN
    RETURN QUERY EXECUTE format(
        'SELECT $4 + row_number() OVER (), s.address, gigs(s.total_earned), '
        '(SELECT gigs(a.balance) FROM accounts a WHERE a.id = s.account_id) '
        'FROM %I($1, $2, $3) s', source)
        USING lines, negative, canonical_account(after_address), after_rank;
END $$;

-- The first thousand, in order of rank: so whatever is asked of the view, no
-- more than those are read.
CREATE VIEW leaderboard AS
SELECT p.rank, p.user_address, p.total_earned::numeric(20, 2) AS total_earned,
       p.balance::numeric(20, 2) AS balance
  FROM leaderboard_page(1000) p;

COMMENT ON VIEW leaderboard IS
    'The first 1000. To go on after a row: SELECT * FROM reward.leaderboard_page(100, rank, total_earned, user_address).';

-- ---- all there is -----------------------------------------------------------

-- The whole economy, in one row of GIGS:
--   circulating      the sum of all balances: what can be spent now
--   staked, pending, reserved, debt   the sums of the accounts' columns; none
--                    of them is part of a balance
--   earned, spent    all there ever was, less what was reversed
--   accounts         those that have an entry
--   average_balance  circulating / accounts
--   spent_30_days    of today and the 29 days before, in UTC, by the time of
--                    posting
--   velocity         spent_30_days / circulating: 0.2 is 20 % spent a month
--   staking_rate     staked / (circulating + staked)
-- A ratio of which there is nothing to divide by is 0.
CREATE VIEW stats AS
WITH late AS MATERIALIZED (
    SELECT b.* FROM batches_after((SELECT batch_id FROM totals)) b),
recent AS (
    SELECT (now() AT TIME ZONE 'UTC')::date - 30 AS before),
summed AS (
    SELECT t.accounts + l.accounts AS accounts,
           t.circulating + l.circulating AS circulating,
           t.earned + l.earned AS earned,
           t.spent + l.spent AS spent,
           t.staked + l.staked AS staked,
           t.pending + l.pending AS pending,
           t.reserved + l.reserved AS reserved,
           t.debt + l.debt AS debt,
           coalesce((SELECT sum(d.spent) FROM daily_totals d
                      WHERE d.day > (SELECT before FROM recent)), 0)
               + l.recent AS recent
      FROM totals t,
           (SELECT coalesce(sum(b.opened), 0)::bigint AS accounts,
                   coalesce(sum(b.amount), 0) AS circulating,
                   coalesce(sum(b.earned), 0) AS earned,
                   coalesce(sum(b.spent), 0) AS spent,
                   coalesce(sum(b.staked), 0) AS staked,
                   coalesce(sum(b.pending), 0) AS pending,
                   coalesce(sum(b.reserved), 0) AS reserved,
                   coalesce(sum(b.debt), 0) AS debt,
                   coalesce(sum(b.spent) FILTER (
                       WHERE (b.posted_at AT TIME ZONE 'UTC')::date
                             > (SELECT before FROM recent)), 0) AS recent
              FROM late b) l)
SELECT (circulating * 0.01)::numeric(30, 2) AS circulating,
       (staked * 0.01)::numeric(30, 2) AS staked,
       (pending * 0.01)::numeric(30, 2) AS pending,
       (reserved * 0.01)::numeric(30, 2) AS reserved,
       (debt * 0.01)::numeric(30, 2) AS debt,
       (earned * 0.01)::numeric(30, 2) AS earned,
       (spent * 0.01)::numeric(30, 2) AS spent,
       accounts,
       coalesce(circulating * 0.01 / nullif(accounts, 0), 0)::numeric(20, 2)
           AS average_balance,
       (recent * 0.01)::numeric(30, 2) AS spent_30_days,
       coalesce(recent / nullif(circulating, 0), 0)::numeric(20, 4)
           AS velocity,
       coalesce(staked / nullif(circulating + staked, 0), 0)::numeric(20, 4)
           AS staking_rate
  FROM summed;

-- ---- an account's stakes ----------------------------------------------------

-- In their order, for pages; good for what stakes_account was for.
CREATE INDEX stakes_order ON stakes (account_id, start_at, staking_id);
DROP INDEX stakes_account;

CREATE VIEW stake_list AS
SELECT id AS staking_id, user_address, amount, lock_period, start_date,
       end_date, is_active, benefits
  FROM token_staking;

-- The newest stakes of a user, or those before one of them.
CREATE FUNCTION stake_page(user_address text, only_active boolean DEFAULT false,
                           lines integer DEFAULT 100, after uuid DEFAULT NULL)
    RETURNS SETOF stake_list
    LANGUAGE sql STABLE PARALLEL SAFE
    SET enable_seqscan = off SET enable_hashjoin = off
    SET enable_mergejoin = off SET jit = off
BEGIN ATOMIC
    WITH page AS MATERIALIZED (
        SELECT k.staking_id, k.start_at
          FROM stakes k
         WHERE k.account_id = (SELECT a.id FROM accounts a
                                WHERE a.address = canonical_account(
                                      stake_page.user_address))
           AND (k.start_at, k.staking_id) < (
                   CASE WHEN after IS NULL THEN 'infinity'
                        ELSE (SELECT s.start_at FROM stakes s
                               WHERE s.staking_id = after) END,
                   coalesce(after, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
           AND (NOT only_active OR NOT EXISTS (
                   SELECT FROM unstakes u WHERE u.staking_id = k.staking_id))
         ORDER BY k.start_at DESC, k.staking_id DESC
         LIMIT lines)
    SELECT l.*
      FROM page p JOIN stake_list l ON l.staking_id = p.staking_id
     ORDER BY p.start_at DESC, p.staking_id DESC;
END;

-- ---- an account's history ---------------------------------------------------

CREATE VIEW history AS SELECT * FROM token_transactions;

COMMENT ON VIEW history IS
    'For the newest of a user: SELECT * FROM reward.history_page(user_address).';

-- A number between the account's first and last entry, such that all entries
-- below it were posted before `at`. Times ascend with numbers but for what a
-- transaction waits for another, which is less than the hour between them.
CREATE FUNCTION seq_not_before(account integer, last_seq integer,
                               at timestamptz) RETURNS integer
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = reward, pg_temp SET enable_seqscan = off
    SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off AS $$
DECLARE
    low integer := 1;
    high integer := last_seq + 1;
    middle integer;
BEGIN
    WHILE low < high LOOP
        middle := low + (high - low) / 2;
        IF (SELECT b.posted_at FROM entries n
              JOIN batches b ON b.first_id = n.event_id & -8192
             WHERE n.account_id = account AND n.seq = middle) < at THEN
            low := middle + 1;
        ELSE
            high := middle;
        END IF;
    END LOOP;
    RETURN low;
END $$;

-- Looks at each of the numbers from `floor` to before `top`, newest first.
CREATE FUNCTION seqs_that_match(account integer, floor integer, top integer,
                                lines integer, of_type text,
                                from_at timestamptz, to_at timestamptz)
    RETURNS integer[]
    LANGUAGE sql STABLE PARALLEL SAFE
    SET enable_seqscan = off SET enable_hashjoin = off
    SET enable_mergejoin = off SET jit = off
BEGIN ATOMIC
    SELECT ARRAY(
        SELECT n.seq
          FROM entries n
          JOIN batches b ON b.first_id = n.event_id & -8192
         WHERE n.account_id = account
           AND n.seq >= floor AND n.seq < top
           AND (of_type IS NULL OR n.line_id = ANY (ARRAY(
                   SELECT l.id FROM lines l
                    WHERE l.transaction_type = of_type)))
           AND (from_at IS NULL OR b.posted_at >= from_at)
           AND (to_at IS NULL OR b.posted_at < to_at)
         ORDER BY n.seq DESC
         LIMIT lines);
END;

-- Which entries of a user are the newest ones below `before` that are of that
-- type and were posted from one time on and before another, NULL being all; and
-- before which of them to go on, NULL when no more are left. No more than five
-- thousand are looked at, so there may be some left though these are few.
CREATE FUNCTION history_seqs(user_address text, lines integer, before integer,
                             of_type text, from_at timestamptz,
                             to_at timestamptz,
                             OUT seqs integer[], OUT next integer)
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = reward, pg_temp SET enable_seqscan = off
    SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off AS $$
DECLARE
    slack CONSTANT interval := '1 hour'; -- see seq_not_before()
    account accounts;
    top integer;
    bottom integer := 1;
    floor integer;
BEGIN
    SELECT * INTO account FROM accounts a
     WHERE a.address = canonical_account(history_seqs.user_address);
    top := least(before, account.last_seq + 1);
    IF from_at IS NOT NULL THEN
        bottom := seq_not_before(account.id, account.last_seq,
                                 from_at - slack);
    END IF;
    IF to_at IS NOT NULL THEN
        top := least(top, seq_not_before(account.id, account.last_seq,
                                         to_at + slack));
    END IF;
    IF coalesce(of_type, from_at::text, to_at::text) IS NULL THEN
        floor := greatest(bottom, top - lines);
        seqs := ARRAY(SELECT generate_series(top - 1, floor, -1));
    ELSE
        floor := greatest(bottom, top - 5000);
        seqs := seqs_that_match(account.id, floor, top, lines, of_type,
                                from_at, to_at);
        IF cardinality(seqs) = lines THEN
            floor := seqs[lines];
        END IF;
    END IF;
    next := CASE WHEN floor > bottom THEN floor END;
END $$;

CREATE FUNCTION history_page(user_address text, lines integer DEFAULT 50,
                             before integer DEFAULT 2147483647,
                             of_type text DEFAULT NULL,
                             from_at timestamptz DEFAULT NULL,
                             to_at timestamptz DEFAULT NULL)
    RETURNS SETOF history
    LANGUAGE sql STABLE PARALLEL SAFE
    SET enable_seqscan = off SET enable_hashjoin = off
    SET enable_mergejoin = off SET jit = off
BEGIN ATOMIC
    SELECT h.*
      FROM history h
     WHERE h.user_address = canonical_account(history_page.user_address)
       AND h.account_seq = ANY (ARRAY(
           SELECT unnest(s.seqs)
             FROM history_seqs(history_page.user_address, lines, before,
                               of_type, from_at, to_at) s))
     ORDER BY h.account_seq DESC;
END;

GRANT SELECT ON ALL TABLES IN SCHEMA reward
    TO reward_worker, reward_relay, reward_reader;
