SELECT user_address, tier, fee_percent::numeric(4, 2) AS fee, discount_percent
  FROM reward.fee
 ORDER BY user_address;
