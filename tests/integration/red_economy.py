"""The second half of the ledger of test_verify_red: three batches of all that
is done with GIGS once they are earned, and the ways to break it. Amounts are in
minor units, with numbers that a person can add up."""

STAKES = [f"5a000000-0000-0000-0000-00000000000{n}" for n in range(2)]
HOLDS = [f"40000000-0000-0000-0000-00000000000{n}" for n in range(3)]
CONVERSIONS = [f"c0000000-0000-0000-0000-00000000000{n}" for n in range(2)]

# What the migration makes of the batches of the first half.
SUMS = "UPDATE batches SET earned = amount, opened = 1 WHERE id IN (1, 2);"

# Ada (3) does it all; Bob (4) is sent some; Cal (5) is refunded, has spent it
# already, and works it off; Eve (6) has nothing.
ECONOMY = SUMS + """
INSERT INTO ruleset_tiers VALUES (2, 0, 'standard', 2.5, true),
                                 (2, 100000, 'bronze', 2.0, true);
INSERT INTO lines (name, transaction_type, counterparty)
    SELECT v.name, t.name, t.counterparty
      FROM (VALUES (6, 'stake.locked', 'stake'),
                   (7, 'stake.returned', 'unstake'),
                   (8, 'spend.item', 'spend'),
                   (9, 'transfer.sent', 'transfer'),
                   (10, 'transfer.received', 'transfer'),
                   (11, 'referral', 'earn'),
                   (12, 'referral.referral', 'earn'),
                   (13, 'pending.held', 'hold'),
                   (14, 'pending.released', 'release'),
                   (15, 'pending.voided', 'void'),
                   (16, 'contract.base:reversed', 'reversal'),
                   (17, 'contract:reversed', 'reversal'),
                   (18, 'debt.lent', 'debt'),
                   (19, 'debt.repaid', 'repay'),
                   (20, 'conversion.reserved', 'reserve'),
                   (21, 'conversion.returned', 'unreserve'),
                   (22, 'conversion.completed', 'convert'),
                   (23, 'adjustment.booked', 'adjust'))
           AS v (id, name, type)
      JOIN transaction_types t ON t.name = v.type ORDER BY v.id;
INSERT INTO streams (topic, partition, next_offset) VALUES ('commands', 0, 31);
INSERT INTO accounts (address, balance, total_earned, total_spent,
                      staked_amount, pending_amount, reserved_amount,
                      debt_amount, last_seq, side)
    VALUES ('ada', 25000, 500, 11000, 10000, 500, 1500, 0, 21, 1),
           ('bob', 203000, 0, 0, 0, 0, 0, 0, 3, 2),
           ('cal', 0, 1500, 0, 0, 0, 0, 500, 10, 2),
           ('eve', 0, 0, 0, 0, 0, 0, 0, 0, 0);
UPDATE accounts SET balance = 50000, last_seq = 2 WHERE id = 2;
INSERT INTO batches (first_id, last_id, posted_at, ruleset_id, records, posted,
                     no_reward, duplicates, conflicts, dead_letters, rejected,
                     entries, amount, opened, earned, spent, staked, pending,
                     reserved, debt)
    VALUES (81920, 81932, '2026-01-02 10:00Z', 2, 13, 10, 1, 0, 0, 0, 2,
            14, 26600, 3, 3600, 5000, 20000, 1500, 2000, 0),
           (90112, 90117, '2026-01-05 10:00Z', 2, 6, 5, 1, 0, 0, 0, 0,
            3, -5000, 0, 0, 5000, 0, 0, 0, 0),
           (98304, 98315, '2026-02-10 10:00Z', 2, 12, 12, 0, 0, 0, 0, 0,
            18, 6400, 0, -1600, 1000, -10000, -1000, -500, 500);
INSERT INTO events (id, "offset", occurred_at, payload_hash, account_id,
                    source_id, stream_id, type_id, outcome, notify, event_id,
                    contract_id)
    SELECT id, row_number() OVER (ORDER BY id) - 1, at::timestamptz,
           gen_random_uuid(), account, 1, 3, 1, outcome, true, event_id,
           contract
      FROM (VALUES (81920, '2026-01-02Z', 3, 'p'::"char", 'a1', NULL),
                   (81921, '2026-01-02Z', 3, 'p', 'k1', NULL),
                   (81922, '2026-01-02Z', 3, 'p', 'p1', NULL),
                   (81923, '2026-01-02Z', 3, 'p', 's1', NULL),
                   (81924, '2026-01-02Z', 3, 'p', 't1', NULL),
                   (81925, '2026-01-02Z', 4, 'r', 'x1', NULL),
                   (81926, '2026-01-02Z', 3, 'p', 'r1', NULL),
                   (81927, '2026-01-02Z', 3, 'p', 'r2', NULL),
                   (81928, '2026-01-02Z', 3, 'p', 'r3', NULL),
                   (81929, '2026-01-02Z', 5, 'p', 'c1', 'g1'),
                   (81930, '2026-01-02Z', 5, 'n', 'f2', 'g2'),
                   (81931, '2026-01-02Z', 3, 'p', 'q1', NULL),
                   (81932, '2026-01-02Z', 6, 'r', 'x2', NULL),
                   (90112, '2026-01-05Z', 1, 'p', 'v1', NULL),
                   (90113, '2026-01-05Z', 2, 'p', 'v2', NULL),
                   (90114, '2026-01-05Z', 4, 'n', 'i1', NULL),
                   (90115, '2026-01-05Z', 5, 'p', 't2', NULL),
                   (90116, '2026-01-05Z', 3, 'p', 's2', NULL),
                   (90117, '2026-01-05Z', 3, 'p', 'd1', NULL),
                   (98304, '2026-02-10Z', 3, 'p', 'h1', NULL),
                   (98305, '2026-02-10Z', 3, 'p', 'h2', NULL),
                   (98306, '2026-02-10Z', 3, 'p', 'u1', NULL),
                   (98307, '2026-02-10Z', 3, 'p', 'd2', NULL),
                   (98308, '2026-02-10Z', 5, 'p', 'f1', 'g1'),
                   (98309, '2026-02-10Z', 5, 'p', 'c2', 'g2'),
                   (98310, '2026-02-10Z', 5, 'p', 'c3', 'g3'),
                   (98311, '2026-02-10Z', 3, 'p', 'y1', NULL),
                   (98312, '2026-02-10Z', 3, 'p', 'q2', NULL),
                   (98313, '2026-02-10Z', 3, 'p', 'k2', NULL),
                   (98314, '2026-02-10Z', 3, 'p', 's3', NULL),
                   (98315, '2026-02-10Z', 2, 'p', 't3', NULL))
        AS v (id, at, account, outcome, event_id, contract);
INSERT INTO entries (event_id, amount, balance_after, account_id, seq, line_id,
                     ordinal, counterparty_id)
    VALUES (81920, 50000, 50000, 3, 1, 23, 0, NULL),
           (81921, -20000, 30000, 3, 2, 6, 0, NULL),
           (81923, -5000, 25000, 3, 3, 8, 0, NULL),
           (81924, -1000, 24000, 3, 4, 9, 0, 4),
           (81924, 1000, 1000, 4, 1, 10, 1, 3),
           (81926, 500, 24500, 3, 5, 12, 0, NULL),
           (81926, -500, 24000, 3, 6, 13, 1, NULL),
           (81927, 500, 24500, 3, 7, 12, 0, NULL),
           (81927, -500, 24000, 3, 8, 13, 1, NULL),
           (81928, 500, 24500, 3, 9, 12, 0, NULL),
           (81928, -500, 24000, 3, 10, 13, 1, NULL),
           (81929, 3000, 3000, 5, 1, 2, 0, NULL),
           (81929, 600, 3600, 5, 2, 3, 1, NULL),
           (81931, -2000, 22000, 3, 11, 20, 0, NULL),
           (90115, -2000, 1600, 5, 3, 9, 0, 4),
           (90115, 2000, 3000, 4, 2, 10, 1, 5),
           (90116, -5000, 17000, 3, 12, 8, 0, NULL),
           (98304, 500, 17500, 3, 13, 14, 0, NULL),
           (98305, 500, 18000, 3, 14, 14, 0, NULL),
           (98305, -500, 17500, 3, 15, 15, 1, NULL),
           (98306, 20000, 37500, 3, 16, 7, 0, NULL),
           (98307, 2000, 39500, 3, 17, 21, 0, NULL),
           (98307, -2000, 37500, 3, 18, 22, 1, NULL),
           (98308, 2000, 3600, 5, 4, 18, 0, NULL),
           (98308, -3000, 600, 5, 5, 16, 1, NULL),
           (98308, -600, 0, 5, 6, 17, 2, NULL),
           (98309, 1000, 1000, 5, 7, 2, 0, NULL),
           (98309, -1000, 0, 5, 8, 16, 1, NULL),
           (98310, 1500, 1500, 5, 9, 2, 0, NULL),
           (98310, -1500, 0, 5, 10, 19, 1, NULL),
           (98312, -1500, 36000, 3, 19, 20, 0, NULL),
           (98313, -10000, 26000, 3, 20, 6, 0, NULL),
           (98314, -1000, 25000, 3, 21, 8, 0, NULL),
           (98315, -200000, 50000, 2, 2, 9, 0, 4),
           (98315, 200000, 203000, 4, 3, 10, 1, 2);
INSERT INTO answers (event_id, account_id, place, seq, balance_after, type,
                     detail)
    VALUES (16385, 2, 1, 1, 250000, 'token.tier.changed',
            '{{"tier":{{"from":"standard","to":"bronze","fee_percent":"2",
               "direction":"up"}}}}'),
           (81920, 3, 0, 1, 50000, 'token.adjusted', '{{}}'),
           (81922, 3, 0, 2, 30000, 'governance.proposal.opened', '{{}}'),
           (81925, 4, 0, 1, 1000, 'token.rejected',
            '{{"reason":"insufficient_funds"}}'),
           (81932, 6, 0, 0, 0, 'token.rejected',
            '{{"reason":"unknown_item"}}'),
           (90112, 1, 0, 3, 17000, 'governance.vote.counted', '{{}}'),
           (90113, 2, 0, 1, 250000, 'governance.vote.counted', '{{}}'),
           (90117, 3, 0, 12, 17000, 'token.conversion.processing', '{{}}'),
           (98311, 3, 0, 18, 37500, 'governance.tallied', '{{}}'),
           (98315, 2, 0, 2, 50000, 'token.transferred', '{{}}'),
           (98315, 2, 1, 2, 50000, 'token.tier.changed',
            '{{"tier":{{"from":"bronze","to":"standard","fee_percent":"2.5",
               "direction":"down"}}}}'),
           (98315, 4, 0, 3, 203000, 'token.transferred', '{{}}'),
           (98315, 4, 1, 3, 203000, 'token.tier.changed',
            '{{"tier":{{"from":"standard","to":"bronze","fee_percent":"2",
               "direction":"up"}}}}');
INSERT INTO answers (event_id, account_id, place, seq, balance_after, type,
                     detail)
    SELECT DISTINCT ON (v.event, v.account) v.event, v.account, 0, n.seq,
           n.balance_after, v.type, '{{}}'
      FROM (VALUES (81921, 3, 'token.staked'),
                   (81923, 3, 'token.spent'),
                   (81924, 3, 'token.transferred'),
                   (81924, 4, 'token.transferred'),
                   (81926, 3, 'token.pending'),
                   (81927, 3, 'token.pending'),
                   (81928, 3, 'token.pending'),
                   (81931, 3, 'token.conversion.pending'),
                   (90115, 4, 'token.transferred'),
                   (90115, 5, 'token.transferred'),
                   (90116, 3, 'token.spent'),
                   (98304, 3, 'token.released'),
                   (98305, 3, 'token.voided'),
                   (98306, 3, 'token.unstaked'),
                   (98307, 3, 'token.converted'),
                   (98308, 5, 'token.reversed'),
                   (98309, 5, 'token.reversed'),
                   (98312, 3, 'token.conversion.pending'),
                   (98313, 3, 'token.staked'),
                   (98314, 3, 'token.spent')) AS v (event, account, type)
      JOIN entries n ON n.event_id = v.event AND n.account_id = v.account
     ORDER BY v.event, v.account, n.seq DESC;
INSERT INTO stakes (staking_id, event_id, amount, start_at, end_at, account_id,
                    lock_days, bonus_xp, benefits)
    VALUES ('{stakes[0]}', 81921, 20000, '2026-01-02Z', '2026-02-01Z', 3, 30,
            10, '{{}}'),
           ('{stakes[1]}', 98313, 10000, '2026-02-10Z', '2026-05-11Z', 3, 90,
            20, '{{}}');
INSERT INTO unstakes VALUES ('{stakes[0]}', 98306);
INSERT INTO purchases (event_id, account_id, line_id, item, contract_id,
                       from_at, until_at)
    VALUES (81923, 3, 8, 'profile', '', '2026-01-02Z', '2026-01-09Z'),
           (90116, 3, 8, 'profile', '', '2026-01-09Z', '2026-01-16Z'),
           (98314, 3, 8, 'badge', '', '2026-02-10Z', NULL);
INSERT INTO holds (hold_id, event_id, amount, expires_at, account_id,
                   matched_id, line_id)
    VALUES ('{holds[0]}', 81926, 500, '2026-02-01Z', 3, 4, 11),
           ('{holds[1]}', 81927, 500, '2026-02-01Z', 3, 5, 11),
           ('{holds[2]}', 81928, 500, '2026-03-01Z', 3, 2, 11);
INSERT INTO hold_ends VALUES ('{holds[0]}', 98304, 'released'),
                             ('{holds[1]}', 98305, 'voided');
INSERT INTO timers VALUES ('{holds[2]}', '2026-03-01Z');
INSERT INTO closings (account_id, line_id, contract_id, event_id)
    VALUES (4, 11, '', 90114), (5, 1, 'g2', 81930);
INSERT INTO counters (account_id, line_id, kind, bucket, value)
    VALUES (5, 1, 13, 0, 61.00);
INSERT INTO reversals (origin_id, closing_id, line_id)
    VALUES (81929, 98308, 1), (98309, 81930, 1);
INSERT INTO conversions (conversion_id, event_id, amount, account_id, rate,
                         blockchain_address)
    VALUES ('{conversions[0]}', 81931, 2000, 3, 1, '0x'),
           ('{conversions[1]}', 98312, 1500, 3, 1, '0x');
INSERT INTO settlements (event_id, conversion_id, status, tx_hash)
    VALUES (90117, '{conversions[0]}', 'processing', NULL),
           (98307, '{conversions[0]}', 'completed', '0x');
INSERT INTO proposals (proposal_id, event_id, voting_start, voting_end,
                       quorum_required, account_id, title, description,
                       category)
    VALUES ('one', 81922, '2026-01-02Z', '2026-01-09Z', 200000, 3, 'T', 'D',
            'c');
INSERT INTO votes (proposal_id, event_id, power, account_id, choice)
    VALUES ('one', 90112, 17000, 1, 1), ('one', 90113, 250000, 2, 2);
INSERT INTO tallies (proposal_id, event_id, result, sha256)
    SELECT 'one', 98311, r, encode(sha256(convert_to(r, 'UTF8')), 'hex')
      FROM (VALUES ('{{"proposal_id":"one","quorum_required":"2000.00",'
                    '"result":"passed","voters":2,"votes_abstain":"2500.00",'
                    '"votes_against":"0.00","votes_for":"170.00",'
                    '"voting_end":"2026-01-09T00:00:00.000Z",'
                    '"voting_start":"2026-01-02T00:00:00.000Z"}}')) AS v (r);
""".format(stakes=STAKES, holds=HOLDS, conversions=CONVERSIONS)

TALLY = """UPDATE tallies SET result = replace(result, {!r}, {!r});
           UPDATE tallies SET sha256 = encode(sha256(convert_to(result,
                                              'UTF8')), 'hex')"""

# As RED of test_verify_red.
RED = {
    "line-counterparty": [
        """UPDATE lines SET counterparty = '@shop' WHERE id = 6""",
        """UPDATE lines SET transaction_type = 'gift' WHERE id = 6"""],
    "entry-counterparty": [
        """UPDATE entries SET counterparty_id = NULL WHERE seq = 4
              AND account_id = 3""",
        """UPDATE entries SET counterparty_id = 99 WHERE seq = 4
              AND account_id = 3""",
        """UPDATE entries SET counterparty_id = 4 WHERE event_id = 81923"""],
    "entry-signs": [
        """UPDATE entries SET amount = -amount WHERE event_id = 81923""",
        """UPDATE entries SET amount = -amount WHERE event_id = 98306""",
        """UPDATE entries SET amount = -amount WHERE event_id = 81924"""],
    "entry-order": [
        """UPDATE entries SET event_id = 90118 WHERE event_id = 81920""",
        """UPDATE entries SET event_id = 81930 WHERE event_id = 81923""",
        # Of two batches, the later one may have the smaller ids.
        """ALTER TABLE batches ALTER id DROP IDENTITY;
           UPDATE batches SET id = 7 WHERE id = 4"""],
    "entry-funds": [
        """UPDATE entries SET line_id = 7 WHERE event_id = 81920""",
        """UPDATE entries SET line_id = 19 WHERE event_id = 81931"""],
    "effect-events": [
        """UPDATE stakes SET event_id = 81934 WHERE event_id = 81921""",
        """UPDATE unstakes SET event_id = 81925""",
        """UPDATE purchases SET event_id = 81930 WHERE event_id = 81923""",
        """UPDATE holds SET event_id = 81925 WHERE event_id = 81926""",
        """UPDATE hold_ends SET event_id = 81925 WHERE event_id = 98304""",
        """UPDATE conversions SET event_id = 81925 WHERE event_id = 81931""",
        """UPDATE settlements SET event_id = 81925 WHERE event_id = 90117""",
        """UPDATE proposals SET event_id = 81925""",
        """UPDATE votes SET event_id = 81925 WHERE account_id = 1""",
        """UPDATE tallies SET event_id = 81925""",
        """UPDATE closings SET event_id = 81925 WHERE account_id = 4""",
        """UPDATE reversals SET origin_id = 81930 WHERE origin_id = 98309""",
        """UPDATE reversals SET closing_id = 81925 WHERE origin_id = 98309"""],
    "account-side": [
        """UPDATE accounts SET side = 0 WHERE id = 3""",
        """UPDATE accounts SET side = 1 WHERE id = 5""",
        """UPDATE closings SET account_id = 99 WHERE account_id = 5"""],
    "transfer-pairs": [
        """DELETE FROM entries WHERE event_id = 81924 AND account_id = 4""",
        """UPDATE entries SET amount = 999 WHERE event_id = 81924
              AND account_id = 4""",
        """UPDATE entries SET counterparty_id = 5 WHERE event_id = 81924
              AND account_id = 4""",
        """UPDATE entries SET counterparty_id = account_id
            WHERE event_id = 81924"""],
    "stake-entries": [
        """UPDATE stakes SET amount = 20001 WHERE event_id = 81921""",
        """UPDATE stakes SET account_id = 4 WHERE event_id = 81921""",
        """DELETE FROM stakes WHERE event_id = 98313""",
        """DELETE FROM entries WHERE event_id = 98313""",
        """UPDATE stakes SET event_id = 98313""",
        """UPDATE stakes SET end_at = end_at - interval '1 hour'
            WHERE event_id = 98313""",
        """UPDATE stakes SET start_at = start_at + interval '1 day',
                  end_at = end_at + interval '1 day'
            WHERE event_id = 98313"""],
    "stake-returns": [
        """UPDATE stakes SET amount = 19999 WHERE event_id = 81921""",
        """UPDATE batches SET posted_at = '2026-01-31 23:59Z'
            WHERE id = 6""",
        """UPDATE entries SET amount = 19999 WHERE event_id = 98306""",
        """UPDATE entries SET account_id = 1, seq = 4
            WHERE event_id = 98306""",
        """DELETE FROM unstakes""",
        """DELETE FROM entries WHERE event_id = 98306""",
        f"""UPDATE unstakes SET staking_id = '{HOLDS[0]}'"""],
    "stake-sums": [
        """UPDATE accounts SET staked_amount = 9999 WHERE id = 3""",
        """DELETE FROM unstakes""",
        """UPDATE stakes SET account_id = 99 WHERE event_id = 98313"""],
    "purchase-entries": [
        """DELETE FROM purchases WHERE event_id = 90116""",
        """DELETE FROM entries WHERE event_id = 90116""",
        """UPDATE purchases SET account_id = 4 WHERE event_id = 90116""",
        """UPDATE purchases SET line_id = 6 WHERE event_id = 90116"""],
    "purchase-terms": [
        """UPDATE purchases SET from_at = '2026-01-05Z'
            WHERE event_id = 90116""",
        """UPDATE purchases SET from_at = '2026-01-10Z'
            WHERE event_id = 90116""",
        """UPDATE purchases SET from_at = '2026-02-11Z'
            WHERE event_id = 98314""",
        """UPDATE purchases SET contract_id = 'g1' WHERE event_id = 81923"""],
    "conversion-entries": [
        """UPDATE conversions SET amount = 1501 WHERE event_id = 98312""",
        """UPDATE conversions SET account_id = 4 WHERE event_id = 98312""",
        """DELETE FROM conversions WHERE event_id = 98312""",
        """DELETE FROM entries WHERE event_id = 98312"""],
    "settlement-entries": [
        """UPDATE entries SET amount = 1999 WHERE seq = 17""",
        """UPDATE entries SET amount = -1999 WHERE seq = 18""",
        """DELETE FROM entries WHERE seq = 18""",
        """UPDATE settlements SET status = 'failed' WHERE tx_hash = '0x'""",
        """DELETE FROM settlements WHERE tx_hash = '0x'""",
        """UPDATE conversions SET account_id = 4 WHERE event_id = 81931"""],
    "settlement-order": [
        f"""INSERT INTO settlements VALUES
            (98310, '{CONVERSIONS[0]}', 'processing', NULL)""",
        f"""DROP INDEX settlements_once; INSERT INTO settlements VALUES
            (90113, '{CONVERSIONS[0]}', 'failed', NULL)"""],
    "conversion-turns": [
        """DELETE FROM settlements WHERE tx_hash = '0x'""",
        """UPDATE entries SET seq = 22 WHERE seq = 17 AND account_id = 3""",
        """UPDATE entries SET seq = seq + 21 WHERE event_id = 81931"""],
    "conversion-sums": [
        """UPDATE accounts SET reserved_amount = 0 WHERE id = 3""",
        """DELETE FROM settlements WHERE tx_hash = '0x'""",
        """UPDATE settlements SET status = 'processing'"""],
    "hold-entries": [
        """UPDATE holds SET amount = 501 WHERE event_id = 81928""",
        """UPDATE holds SET account_id = 4 WHERE event_id = 81928""",
        """DELETE FROM holds WHERE event_id = 81928""",
        """DELETE FROM entries WHERE event_id = 81928 AND line_id = 13"""],
    "hold-paid": [
        """UPDATE entries SET amount = 499 WHERE event_id = 81928
              AND line_id = 12""",
        """UPDATE holds SET line_id = 1 WHERE event_id = 81928""",
        """DELETE FROM entries WHERE event_id = 81928 AND line_id = 12"""],
    "hold-ends": [
        """UPDATE hold_ends SET outcome = 'voided' WHERE event_id = 98304""",
        """UPDATE hold_ends SET outcome = 'released'
            WHERE event_id = 98305""",
        """DELETE FROM hold_ends WHERE event_id = 98304""",
        """DELETE FROM entries WHERE event_id = 98304""",
        """UPDATE entries SET amount = 499 WHERE event_id = 98304""",
        """UPDATE entries SET amount = -499 WHERE seq = 15""",
        """UPDATE entries SET event_id = 98311 WHERE seq = 15""",
        """UPDATE holds SET account_id = 4 WHERE event_id = 81926""",
        """UPDATE batches SET posted_at = '2026-01-31 23:59Z'
            WHERE id = 6"""],
    "hold-closings": [
        """DELETE FROM closings WHERE account_id = 4""",
        """UPDATE closings SET event_id = 98304 WHERE account_id = 4""",
        """UPDATE closings SET account_id = 5 WHERE account_id = 4""",
        """INSERT INTO closings VALUES (5, 11, '', 90113)""",
        """INSERT INTO closings VALUES (2, 11, '', 16384)"""],
    "hold-sums": [
        """UPDATE accounts SET pending_amount = 0 WHERE id = 3""",
        """DELETE FROM hold_ends WHERE event_id = 98304""",
        """UPDATE holds SET account_id = 4 WHERE event_id = 81928"""],
    "hold-timers": [
        """DELETE FROM timers""",
        f"""INSERT INTO timers VALUES ('{HOLDS[0]}', '2026-03-01Z')"""],
    "reversal-origins": [
        """UPDATE reversals SET origin_id = 98310 WHERE origin_id = 98309""",
        """UPDATE reversals SET closing_id = 98308""",
        """UPDATE reversals SET line_id = 11 WHERE origin_id = 98309""",
        """UPDATE reversals SET closing_id = 77 WHERE origin_id = 98309""",
        """UPDATE events SET contract_id = NULL WHERE contract_id = 'g1'"""],
    "reversal-amounts": [
        """DELETE FROM reversals WHERE origin_id = 81929""",
        """DELETE FROM reversals WHERE origin_id = 98309""",
        """DELETE FROM entries WHERE event_id = 98309 AND amount < 0""",
        """UPDATE entries SET amount = -601 WHERE seq = 6
              AND account_id = 5""",
        # The right sum, of the wrong lines.
        """UPDATE entries SET amount = amount + 300 WHERE seq = 5
              AND account_id = 5;
           UPDATE entries SET amount = amount - 300 WHERE seq = 6
              AND account_id = 5""",
        # Twice: by the event itself and by a later one.
        """INSERT INTO entries VALUES (98310, -1000, 0, 5, 11, 16, 2)""",
        """UPDATE entries SET account_id = 1 WHERE event_id = 98309
              AND amount < 0"""],
    "closing-used": [
        """DELETE FROM reversals WHERE origin_id = 98309""",
        """UPDATE events SET contract_id = 'g4' WHERE id = 98310;
           INSERT INTO closings VALUES (5, 1, 'g4', 98309)"""],
    "debt-lent": [
        """UPDATE entries SET balance_after = 1 WHERE seq = 6
              AND account_id = 5""",
        """UPDATE entries SET event_id = 98310 WHERE event_id = 98308
              AND line_id = 18"""],
    "debt-repaid": [
        """DELETE FROM entries WHERE line_id = 19""",
        """UPDATE entries SET amount = -1499, balance_after = 1
            WHERE line_id = 19""",
        """UPDATE entries SET line_id = 19 WHERE event_id = 90115
              AND account_id = 5""",
        """UPDATE entries SET amount = 1400, balance_after = 3000
            WHERE line_id = 18"""],
    "answer-events": [
        """UPDATE answers SET event_id = 90114 WHERE event_id = 90113""",
        """UPDATE answers SET event_id = 77 WHERE event_id = 90113""",
        """UPDATE answers SET account_id = 99 WHERE event_id = 90113"""],
    "answer-balances": [
        """UPDATE answers SET balance_after = 1 WHERE event_id = 81932""",
        """UPDATE answers SET balance_after = 1 WHERE event_id = 98311""",
        """UPDATE answers SET seq = 0 WHERE event_id = 81925""",
        """UPDATE answers SET seq = 1 WHERE event_id = 81932""",
        """UPDATE answers SET seq = 17, balance_after = 39500
            WHERE event_id = 98311""",
        """UPDATE answers SET seq = 19, balance_after = 36000
            WHERE event_id = 98311""",
        """UPDATE answers SET seq = 0, balance_after = 0
            WHERE event_id = 81925"""],
    "answer-effects": [
        *(f"""DELETE FROM answers WHERE type = '{name}'""" for name in (
            "token.staked", "token.unstaked", "token.spent", "token.pending",
            "token.released", "token.voided", "token.transferred",
            "token.reversed", "token.adjusted", "token.conversion.pending",
            "token.conversion.processing", "token.converted",
            "governance.proposal.opened", "governance.vote.counted",
            "governance.tallied")),
        """UPDATE answers SET type = 'token.staked' WHERE event_id = 81923""",
        """UPDATE answers SET account_id = 6 WHERE event_id = 98313"""],
    "answer-reasons": [
        """UPDATE answers SET detail = '{"reason":"because"}'
            WHERE event_id = 81925""",
        """UPDATE answers SET detail = '{}' WHERE event_id = 81925"""],
    "ruleset-tiers": [
        """UPDATE ruleset_tiers SET from_minor = 1 WHERE from_minor = 0""",
        """UPDATE ruleset_tiers SET count_staked = false
            WHERE from_minor = 0""",
        """UPDATE ruleset_tiers SET fee_percent = 101
            WHERE from_minor = 0""",
        """UPDATE ruleset_tiers SET name = 'standard'""",
        """INSERT INTO ruleset_tiers VALUES (9, 0, 'free', 0, true)"""],
    "tier-answers": [
        """DELETE FROM answers WHERE event_id = 16385""",
        """UPDATE answers SET detail = replace(detail, 'bronze', 'silver')
            WHERE event_id = 16385""",
        """UPDATE answers SET detail = replace(detail, 'up', 'down')
            WHERE event_id = 16385""",
        """UPDATE answers SET detail = replace(detail, '"2"', '"2.1"')
            WHERE event_id = 16385""",
        """UPDATE answers SET account_id = 3 WHERE place = 1
              AND account_id = 4""",
        """UPDATE ruleset_tiers SET from_minor = 30000
            WHERE from_minor = 100000""",
        # 50000 after a stake of 20000 are 50000 still.
        """UPDATE ruleset_tiers SET from_minor = 45000
            WHERE from_minor = 100000""",
        """UPDATE batches SET ruleset_id = 1 WHERE id = 2"""],
    "proposal-terms": [
        """UPDATE proposals SET voting_start = '2026-01-01Z'""",
        """UPDATE proposals SET voting_end = voting_start""",
        """UPDATE proposals SET account_id = 4""",
        """UPDATE proposals SET event_id = 77"""],
    "standings": [
        """SELECT refresh_standings();
           DELETE FROM standings WHERE account_id = 2""",
        """INSERT INTO standings VALUES (99, 1, 'x')"""],
    "standings-totals": [
        """UPDATE totals SET circulating = circulating + 1"""],
    "standings-days": [
        """INSERT INTO daily_totals VALUES ('2020-01-01', 0, 0)"""],
    "vote-power": [
        """UPDATE votes SET power = power + 1 WHERE account_id = 1""",
        # What account 2 has after it sent some away.
        """UPDATE proposals SET event_id = 98315""",
        """UPDATE proposals SET event_id = 1""",
        """UPDATE votes SET account_id = 6 WHERE account_id = 1"""],
    "vote-window": [
        """UPDATE batches SET posted_at = '2026-01-09 00:00Z'
            WHERE id = 5""",
        """UPDATE events SET occurred_at = '2026-01-01Z' WHERE id = 90112""",
        """UPDATE votes SET event_id = 16384 WHERE account_id = 1""",
        """UPDATE votes SET event_id = 98312 WHERE account_id = 1""",
        """UPDATE votes SET event_id = 90113 WHERE account_id = 1""",
        """UPDATE votes SET proposal_id = 'two' WHERE account_id = 1"""],
    "tally-results": [
        """UPDATE tallies SET sha256 = repeat('0', 64)""",
        TALLY.format("170.00", "170.01"),
        TALLY.format("passed", "rejected"),
        TALLY.format('"voters":2', '"voters": 2'),
        TALLY.format("-09T", "-10T"),
        """DELETE FROM votes WHERE account_id = 2""",
        """UPDATE votes SET choice = 0 WHERE account_id = 2""",
        """UPDATE proposals SET quorum_required = 300000""",
        """UPDATE proposals SET quorum_required = NULL""",
        """UPDATE batches SET posted_at = '2026-01-08Z' WHERE id = 6"""],
}
