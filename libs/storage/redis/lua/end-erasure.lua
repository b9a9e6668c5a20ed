-- Takes an erasure off the list of those to be told of again.
--
-- KEYS 1 the erased set of the subject's bucket (zset by ms)
-- ARGV 1 subject, 2 the moment of the erasure
-- Answer the number taken off
--
-- Atomic because the subject may be erased again at any time, and that erasure must stay.

if tonumber(redis.call('ZSCORE', KEYS[1], ARGV[1]) or '-1') ~= tonumber(ARGV[2]) then return 0 end
return redis.call('ZREM', KEYS[1], ARGV[1])
