-- Look-ups that stay fast in any ledger, and before its first ANALYZE; and room
-- for balances to be updated in place.

SET LOCAL ROLE reward_owner;
SET LOCAL search_path = reward;

-- Each batch writes the rows of its accounts anew; with half of a page free all
-- of them stay in their page, and no index has to follow (HOT). Pages filled
-- before keep their rows until those are written anew.
ALTER TABLE accounts SET (fillfactor = 50);

-- The start of the transaction, not after it: an account is not younger than
-- what its first event paid.
ALTER TABLE accounts ALTER created_at SET DEFAULT now();

-- What ANALYZE would conclude from a few thousand rows of millions is wrong by
-- orders of magnitude; these are known. A contract has about two events.
ALTER TABLE events ALTER event_id SET (n_distinct = -1),
                   ALTER contract_id SET (n_distinct = -0.5);

-- Two spellings of an address are one wallet, as at intake.
CREATE FUNCTION canonical_account(account text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN account ~* '^0x[0-9a-f]{40}$' THEN lower(account)
                ELSE account END;

-- The newest transactions of a user below an account_seq, by key: an account's
-- entries are numbered without gaps. ORDER BY over the view would sort all that
-- the user has.
CREATE FUNCTION user_transactions(user_address text, lines integer DEFAULT 50,
                                  before integer DEFAULT 2147483647)
    RETURNS SETOF token_transactions
    LANGUAGE sql STABLE PARALLEL SAFE
    SET enable_seqscan = off SET enable_hashjoin = off
    SET enable_mergejoin = off SET jit = off
BEGIN ATOMIC
    SELECT t.*
      FROM token_transactions t
     WHERE t.user_address = canonical_account(user_transactions.user_address)
       AND t.account_seq < before
       AND t.account_seq > (SELECT least(before - 1, b.last_seq) - lines
                              FROM user_token_balances b
                             WHERE b.user_address = canonical_account(
                                   user_transactions.user_address))
     ORDER BY t.account_seq DESC;
END;

COMMENT ON VIEW token_transactions IS
    'For the newest of a user: SELECT * FROM reward.user_transactions(user_address).';
