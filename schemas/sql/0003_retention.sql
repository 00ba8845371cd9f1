-- What may be dropped, and how: records set aside, repeats and tombstones, by
-- month of posting and never by DELETE. Events and entries are the books. An
-- event's id is unique for ever, which only one unpartitioned key can hold, so
-- they are neither partitioned nor dropped.
--
-- A record's uniqueness across partitions is held by the lock on its stream's
-- position, as is that across events, other_records and dead_records.

SET LOCAL ROLE reward_owner;
SET LOCAL search_path = reward;

-- ---- the tables, each month a partition ------------------------------------

ALTER TABLE other_records RENAME TO other_records_whole;
ALTER TABLE dead_records RENAME TO dead_records_whole;

-- posted_on is the day, in UTC, on which the record's transaction began.
CREATE TABLE other_records (
    "offset"  bigint NOT NULL,
    event_id  bigint,
    stream_id integer NOT NULL,
    outcome   "char" NOT NULL
              CONSTRAINT other_records_outcome_check
              CHECK (outcome IN ('d', 'n')),
    posted_on date NOT NULL DEFAULT (now() AT TIME ZONE 'UTC')::date
) PARTITION BY RANGE (posted_on);

CREATE TABLE dead_records (
    id            bigint NOT NULL,
    "offset"      bigint NOT NULL,
    record_time   timestamptz,
    stream_id     integer NOT NULL,
    reason        text NOT NULL
                  CONSTRAINT dead_records_reason_check CHECK (reason IN (
                  'malformed_json', 'malformed_envelope', 'confluent_framing',
                  'unknown_type', 'schema_violation', 'decimal_precision',
                  'too_large', 'future_timestamp', 'id_conflict',
                  'amount_overflow', 'rule_error')),
    message       text NOT NULL,
    key           bytea,
    value         bytea,
    header_names  bytea[] NOT NULL,
    header_values bytea[] NOT NULL,
    posted_on     date NOT NULL DEFAULT (now() AT TIME ZONE 'UTC')::date
) PARTITION BY RANGE (posted_on);

-- ---- what was dropped ------------------------------------------------------

-- With these counts `reward verify` still knows every record that was taken in.
CREATE TABLE dropped_partitions (
    table_name   text NOT NULL,
    from_day     date NOT NULL,
    until_day    date NOT NULL, -- the first day after
    rows         bigint NOT NULL,
    duplicates   bigint NOT NULL,
    tombstones   bigint NOT NULL,
    conflicts    bigint NOT NULL,
    dead_letters bigint NOT NULL,
    bytes        bigint NOT NULL,
    dropped_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    dropped_by   text NOT NULL DEFAULT session_user,
    PRIMARY KEY (table_name, from_day, dropped_at),
    CHECK (rows = duplicates + tombstones + conflicts + dead_letters)
);

-- Of each batch, by its first_id, the dead letters that went with a partition.
CREATE TABLE dropped_letters (
    first_id     bigint PRIMARY KEY,
    conflicts    integer NOT NULL CHECK (conflicts >= 0),
    dead_letters integer NOT NULL CHECK (dead_letters >= 0),
    CHECK (conflicts + dead_letters > 0)
);

-- A record read again is known by its row. Behind this offset some rows are
-- gone, so that a position must not be set back to there.
ALTER TABLE streams
    ADD COLUMN settled_offset bigint NOT NULL DEFAULT 0,
    ADD CONSTRAINT streams_not_behind_dropped_records
        CHECK (next_offset >= settled_offset);

-- ---- append-only, and rights -----------------------------------------------

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['other_records', 'dead_records',
                                'dropped_partitions', 'dropped_letters'] LOOP
        EXECUTE format('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR '
                       'TRUNCATE ON reward.%I FOR EACH STATEMENT EXECUTE '
                       'FUNCTION reward.refuse_change()', name);
    END LOOP;
END $$;

GRANT SELECT ON other_records, dead_records, dropped_partitions,
    dropped_letters TO reward_worker, reward_relay, reward_reader;
GRANT INSERT ON other_records, dead_records TO reward_worker;

-- ---- making partitions -----------------------------------------------------

-- One partition, with its own keys and with the trigger, which partitions do
-- not inherit. Rights on it come from its table.
CREATE FUNCTION make_partition(parent text, partition text, bounds text)
    RETURNS void LANGUAGE plpgsql SET search_path = reward, pg_temp AS $$
BEGIN
    EXECUTE format('CREATE TABLE %I PARTITION OF %I (%s) %s', partition,
        parent, CASE parent
            WHEN 'other_records' THEN 'PRIMARY KEY (stream_id, "offset")'
            WHEN 'dead_records' THEN 'PRIMARY KEY (id), '
                                     'UNIQUE (stream_id, "offset")' END,
        bounds);
    EXECUTE format('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR '
        'TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()',
        partition);
END $$;

-- Rows for which there was no partition are in the default one, which must not
-- hold any of a month when that month's partition is made. Takes the table out
-- and puts an empty one in its place; says its new name, or null.
CREATE FUNCTION take_default_partition(parent text) RETURNS text
    LANGUAGE plpgsql SET search_path = reward, pg_temp AS $$
DECLARE
    spare CONSTANT text := parent || '_default';
    taken CONSTANT text := parent || '_taken';
    filled boolean;
BEGIN
    EXECUTE format('SELECT EXISTS (SELECT FROM %I)', spare) INTO filled;
    IF NOT filled THEN
        RETURN NULL;
    END IF;
    EXECUTE format('ALTER TABLE %I DETACH PARTITION %I', parent, spare);
    EXECUTE format('ALTER TABLE %I RENAME TO %I', spare, taken);
    PERFORM make_partition(parent, spare, 'DEFAULT');
    RETURN taken;
END $$;

-- The months from this one to that of `until`, and those of a table's rows.
CREATE FUNCTION months_wanted(until date, taken text) RETURNS SETOF date
    LANGUAGE plpgsql SET search_path = reward, pg_temp AS $$
BEGIN
    RETURN QUERY SELECT month::date FROM generate_series(
        date_trunc('month', now() AT TIME ZONE 'UTC'), until::timestamp,
        '1 month') AS month;
    IF taken IS NOT NULL THEN
        RETURN QUERY EXECUTE format('SELECT DISTINCT '
            'date_trunc(''month'', posted_on::timestamp)::date FROM %I', taken);
    END IF;
END $$;

CREATE FUNCTION make_partitions_of(parent text, until date) RETURNS integer
    LANGUAGE plpgsql SET search_path = reward, pg_temp AS $$
DECLARE
    taken CONSTANT text := take_default_partition(parent);
    month date;
    partition text;
    made integer := 0;
BEGIN
    FOR month IN SELECT DISTINCT m FROM months_wanted(until, taken) AS m
                  ORDER BY m LOOP
        partition := parent || to_char(month, '_YYYY_MM');
        CONTINUE WHEN to_regclass(quote_ident(partition)) IS NOT NULL;
        PERFORM make_partition(parent, partition,
            format('FOR VALUES FROM (%L) TO (%L)', month,
                   (month + interval '1 month')::date));
        made := made + 1;
    END LOOP;
    IF taken IS NOT NULL THEN
        EXECUTE format('INSERT INTO %I SELECT * FROM %I', parent, taken);
        EXECUTE format('DROP TABLE %I', taken);
    END IF;
    RETURN made;
END $$;

-- Makes the monthly partitions that are missing, up to the month of `until`,
-- and says how many. Workers wait while it runs; it gives up where it would
-- have to wait itself, since they would wait behind it.
CREATE FUNCTION make_partitions(until date) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = reward, pg_temp SET lock_timeout = '3s' AS $$
BEGIN
    IF until > (now() + interval '5 years')::date THEN
        RAISE EXCEPTION 'cannot make partitions until %: more than 5 years',
            until USING ERRCODE = 'invalid_parameter_value',
            HINT = 'Every batch locks every partition: keep them few.';
    END IF;
    LOCK TABLE other_records, dead_records IN ACCESS EXCLUSIVE MODE;
    RETURN make_partitions_of('other_records', until)
         + make_partitions_of('dead_records', until);
END $$;

-- ---- dropping them ---------------------------------------------------------

-- The partitions that are a month, with their bounds.
CREATE FUNCTION month_partitions()
    RETURNS TABLE (table_name text, partition text, from_day date,
                   until_day date)
    LANGUAGE sql STABLE
    SET search_path = reward, pg_temp SET datestyle = 'ISO' AS $$
    SELECT p.relname, c.relname, bound[1]::date, bound[2]::date
      FROM pg_inherits i
      JOIN pg_class p ON p.oid = i.inhparent
      JOIN pg_class c ON c.oid = i.inhrelid,
           regexp_match(
               pg_get_expr(c.relpartbound, c.oid),
               'FROM [(]''([0-9-]+)''[)] TO [(]''([0-9-]+)''[)]') AS bound
     WHERE p.oid IN ('other_records'::regclass, 'dead_records'::regclass)
       AND bound IS NOT NULL
$$;

-- Rows in a default partition belong to no month and would stay for ever.
CREATE FUNCTION refuse_astray(day date) RETURNS void
    LANGUAGE plpgsql SET search_path = reward, pg_temp AS $$
DECLARE
    oldest date;
BEGIN
    SELECT min(posted_on) INTO oldest
      FROM (SELECT posted_on FROM other_records_default
            UNION ALL SELECT posted_on FROM dead_records_default) d;
    IF oldest < day THEN
        RAISE EXCEPTION 'cannot drop records: those of % are in a default '
            'partition', oldest
            USING ERRCODE = 'object_not_in_prerequisite_state',
            HINT = 'Call reward.make_partitions(current_date) first.';
    END IF;
END $$;

-- The only copy of a dead letter is here until every relay has published it.
CREATE FUNCTION refuse_unpublished(partition text) RETURNS void
    LANGUAGE plpgsql SET search_path = reward, pg_temp AS $$
DECLARE
    last_batch bigint;
    published CONSTANT bigint :=
        coalesce((SELECT min(batch_id) FROM relay_positions), 0);
BEGIN
    EXECUTE format('SELECT max(id) FROM batches WHERE first_id IN '
                   '(SELECT d.id & -8192 FROM %I d)', partition)
        INTO last_batch;
    IF last_batch > published THEN
        RAISE EXCEPTION 'cannot drop "%": its dead letters go up to batch %, '
            'and not all relays are past %', partition, last_batch, published
            USING ERRCODE = 'object_not_in_prerequisite_state',
            HINT = 'See reward.relay_positions: let the relay catch up, or '
                   'remove the row of one that is no more.';
    END IF;
END $$;

-- Once the rows are gone, nobody could find out where they were damaged.
CREATE FUNCTION refuse_damaged(partition text) RETURNS void
    LANGUAGE plpgsql SET search_path = reward, pg_temp AS $$
DECLARE
    damaged bigint;
BEGIN
    EXECUTE format('SELECT min(first_id) FROM (SELECT id & -8192 AS first_id, '
        'count(*) AS letters FROM %I GROUP BY 1) d LEFT JOIN batches b '
        'USING (first_id) WHERE b.conflicts + b.dead_letters '
        'IS DISTINCT FROM d.letters', partition) INTO damaged;
    IF damaged IS NOT NULL THEN
        RAISE EXCEPTION 'cannot drop "%": it does not hold what the batch of '
            'first_id % counts', partition, damaged
            USING ERRCODE = 'object_not_in_prerequisite_state',
            HINT = 'Run "reward verify" first.';
    END IF;
END $$;

-- Writes down what a partition holds. No row may join it after that.
CREATE FUNCTION count_partition(table_name text, partition text, from_day date,
                                until_day date)
    RETURNS dropped_partitions
    LANGUAGE plpgsql SET search_path = reward, pg_temp AS $$
DECLARE
    counts CONSTANT text := CASE table_name
        WHEN 'other_records' THEN
            'count(*) FILTER (WHERE outcome = ''d''), '
            'count(*) FILTER (WHERE outcome = ''n''), 0, 0'
        WHEN 'dead_records' THEN
            '0, 0, count(*) FILTER (WHERE reason = ''id_conflict''), '
            'count(*) FILTER (WHERE reason <> ''id_conflict'')' END;
    counted dropped_partitions;
BEGIN
    EXECUTE format('LOCK TABLE %I IN SHARE MODE', partition);
    EXECUTE format('INSERT INTO dropped_partitions (table_name, from_day, '
        'until_day, rows, duplicates, tombstones, conflicts, dead_letters, '
        'bytes) SELECT %L, %L, %L, count(*), %s, pg_total_relation_size(%L) '
        'FROM %I RETURNING *', table_name, from_day, until_day, counts,
        quote_ident(partition), partition) INTO counted;
    RETURN counted;
END $$;

-- The same by batch, as the relay and `reward verify` know dead letters.
CREATE FUNCTION count_letters(partition text) RETURNS void
    LANGUAGE plpgsql SET search_path = reward, pg_temp AS $$
BEGIN
    PERFORM refuse_unpublished(partition);
    PERFORM refuse_damaged(partition);
    EXECUTE format('INSERT INTO dropped_letters SELECT id & -8192, '
        'count(*) FILTER (WHERE reason = ''id_conflict''), '
        'count(*) FILTER (WHERE reason <> ''id_conflict'') '
        'FROM %I GROUP BY 1', partition);
END $$;

-- Locks positions in the order in which workers do.
CREATE FUNCTION settle_positions(partitions text[]) RETURNS void
    LANGUAGE plpgsql SET search_path = reward, pg_temp AS $$
DECLARE
    partition text;
BEGIN
    PERFORM FROM streams ORDER BY id FOR UPDATE;
    FOREACH partition IN ARRAY partitions LOOP
        EXECUTE format('UPDATE streams s SET settled_offset = '
            'greatest(s.settled_offset, d.settled) FROM (SELECT stream_id, '
            'max("offset") + 1 AS settled FROM %I GROUP BY 1) d '
            'WHERE s.id = d.stream_id', partition);
    END LOOP;
END $$;

-- Drops the months that were over before `day`, and says what was in them. The
-- records should be gone from the input topics too; 30 days are well beyond the
-- 7 that a topic keeps unless told otherwise. Workers wait only for the end,
-- which is short, and the drop gives up rather than have them wait for others.
CREATE FUNCTION drop_records_before(day date) RETURNS SETOF dropped_partitions
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = reward, pg_temp SET lock_timeout = '3s' AS $$
DECLARE
    latest CONSTANT date := (now() AT TIME ZONE 'UTC')::date - 30;
    month record;
    partitions text[] := '{}';
BEGIN
    IF day > latest THEN
        RAISE EXCEPTION 'cannot drop records before %: the last 30 days stay',
            day USING ERRCODE = 'invalid_parameter_value',
            HINT = format('The latest day is %s.', latest);
    END IF;
    PERFORM refuse_astray(day);
    FOR month IN SELECT * FROM month_partitions() m WHERE m.until_day <= day
                  ORDER BY m.from_day, m.table_name LOOP
        RETURN NEXT count_partition(month.table_name, month.partition,
                                    month.from_day, month.until_day);
        IF month.table_name = 'dead_records' THEN
            PERFORM count_letters(month.partition);
        END IF;
        partitions := partitions || month.partition;
    END LOOP;
    IF partitions <> '{}' THEN
        PERFORM settle_positions(partitions);
        LOCK TABLE other_records, dead_records IN ACCESS EXCLUSIVE MODE;
        EXECUTE 'DROP TABLE ' || (SELECT string_agg(quote_ident(p), ', ')
                                    FROM unnest(partitions) AS p);
    END IF;
END $$;

REVOKE ALL ON FUNCTION make_partition(text, text, text),
    take_default_partition(text), months_wanted(date, text),
    make_partitions_of(text, date), make_partitions(date), month_partitions(),
    refuse_astray(date), refuse_unpublished(text), refuse_damaged(text),
    count_partition(text, text, date, date), count_letters(text),
    settle_positions(text[]), drop_records_before(date) FROM PUBLIC;

-- ---- what is there already -------------------------------------------------

-- When a repeat or a tombstone was posted is written nowhere: it counts as of
-- today, and stays the longer.
SELECT make_partition('other_records', 'other_records_default', 'DEFAULT'),
       make_partition('dead_records', 'dead_records_default', 'DEFAULT');

INSERT INTO other_records ("offset", event_id, stream_id, outcome)
SELECT "offset", event_id, stream_id, outcome FROM other_records_whole;

INSERT INTO dead_records
SELECT d.*, (coalesce(b.posted_at, now()) AT TIME ZONE 'UTC')::date
  FROM dead_records_whole d
  LEFT JOIN batches b ON b.first_id = d.id & -8192;

SELECT make_partitions((now() + interval '24 months')::date);

-- The views say the same as before, of the new tables.
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
          FROM dead_records) o ON o.stream_id = p.id;

CREATE OR REPLACE VIEW dead_letters AS
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

DROP TABLE other_records_whole, dead_records_whole;
