SELECT outcome, count(*) AS records
  FROM reward.record_outcomes
 GROUP BY outcome
 ORDER BY outcome;
