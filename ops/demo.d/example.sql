SELECT line, amount, sum(amount) OVER () AS total
  FROM reward.token_transactions
 WHERE contract_id = 'gig_01H8X'
 ORDER BY account_seq;
