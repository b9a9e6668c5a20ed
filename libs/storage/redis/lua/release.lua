-- Forgets a limit's members, whatever its kind.
--
-- KEYS 1 and 2 the bucket (as in reserve.lua), exact and in segments
-- Answer nothing
--
-- A script because a server that is not complete yet must not forget what is about to be filled in.

redis.call('UNLINK', KEYS[1], KEYS[2])
