-- A worker gives new accounts their ids before it decides what they are paid, and
-- makes their rows afterwards, with that in them.

SET LOCAL ROLE reward_owner;
SET LOCAL search_path = reward;

GRANT USAGE ON SEQUENCE accounts_id_seq TO reward_worker;
