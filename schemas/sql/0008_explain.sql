-- What a decision rested on besides the event, the rules and the rows that are
-- here for good: counters move on, so those an event looked at are kept with it,
-- in a few bytes that workers/core/basis.h explains. Empty: they were all 0.
-- NULL: the event was posted before this was kept, and so were not all fields
-- that its rules read.

SET LOCAL ROLE reward_owner;
SET LOCAL search_path = reward;

ALTER TABLE events ADD COLUMN basis text COLLATE "C";
