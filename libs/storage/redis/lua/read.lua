-- Reads a hash: a record, a claim or notes.
--
-- KEYS 1 the hash
-- Answer its fields and values in turn; none if it is not there
--
-- A script because what is read must be there in the same step in which the server is known to be complete.

return redis.call('HGETALL', KEYS[1])
