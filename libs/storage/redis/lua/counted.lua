-- Tells whether a command is counted in an exact limit.
--
-- KEYS 1 the bucket (as in reserve.lua)
-- ARGV 1 command id
-- Answer 1 or 0
--
-- A script because a server that is not complete must not say that it is not.

return redis.call('ZSCORE', KEYS[1], ARGV[1]) and 1 or 0
