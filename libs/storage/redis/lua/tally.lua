-- Adds to counts.
--
-- KEYS 1 the counts of one hour (hash: '<minute> <field>' -> count)
-- ARGV 1 time to live in ms, then pairs: field, amount
--
-- Atomic because counts without a time to live would stay for ever.

for i = 2, #ARGV, 2 do redis.call('HINCRBY', KEYS[1], ARGV[i], ARGV[i + 1]) end
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return 1
