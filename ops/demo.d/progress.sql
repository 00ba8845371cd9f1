-- Records with an outcome, records that paid, token events published, and
-- whether the relay has come to the end.
WITH done AS (SELECT coalesce(max(batch_id), 0) AS id
                FROM reward.relay_positions)
SELECT coalesce(sum(b.records), 0),
       coalesce(sum(b.posted), 0),
       (SELECT count(DISTINCT (n.event_id, n.account_id))
          FROM reward.batches p
          JOIN reward.entries n ON n.event_id BETWEEN p.first_id AND p.last_id
         WHERE p.id <= done.id),
       coalesce(max(b.id), 0) = done.id
  FROM done LEFT JOIN reward.batches b ON true
 GROUP BY done.id;
