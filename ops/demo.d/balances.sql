SELECT user_address, balance, total_earned, total_spent, staked_amount,
       debt_amount, last_seq AS entries
  FROM reward.user_token_balances
 ORDER BY user_address;
