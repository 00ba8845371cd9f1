-- Records with an outcome, records that paid, token events published, and
-- whether the relay has come to the end and nothing is due by the clock.
WITH done AS (SELECT coalesce(max(batch_id), 0) AS id
                FROM reward.relay_positions)
SELECT (SELECT count(*) FROM reward.record_outcomes),
       coalesce(sum(b.posted), 0),
       (SELECT count(*) FROM (
            SELECT n.event_id, n.account_id, 0 AS place FROM reward.entries n
            UNION SELECT w.event_id, w.account_id, w.place
              FROM reward.answers w) m
          JOIN reward.batches p ON m.event_id BETWEEN p.first_id AND p.last_id
         WHERE p.id <= done.id),
       coalesce(max(b.id), 0) = done.id
           AND NOT EXISTS (SELECT FROM reward.timers WHERE due_at <= now())
  FROM done LEFT JOIN reward.batches b ON true
 GROUP BY done.id;
