SELECT user_address, balance, total_earned, last_seq AS entries
  FROM reward.user_token_balances
 ORDER BY user_address;
