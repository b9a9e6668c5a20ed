-- Writes to learn whether the server takes writes.
--
-- KEYS 1 the probe, ARGV 1 ms to keep it
-- Answer nothing
--
-- A script because all fences are compared in the same step.

redis.call('SET', KEYS[1], '1', 'PX', ARGV[1])
