-- KEYS[1] bucket; ARGV capacity, refill tokens per second, the last ms at which the asker still listens (0: not known).
-- Returns {allowed 0|1, remaining tokens, ms until full again, ms until the next token, ms now}; allowed 2: asked too late.
-- Redis' own clock: two instances with different clocks share one bucket.
local time = redis.call('TIME')
local now_ms = time[1] * 1000 + math.floor(time[2] / 1000)
local capacity, refill, until_ms = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
if until_ms > 0 and now_ms > until_ms then
  return {2, 0, 0, 0, now_ms}
end

local bucket = redis.call('HMGET', KEYS[1], 'tokens', 'at')
local tokens, at = tonumber(bucket[1]) or capacity, tonumber(bucket[2]) or now_ms
tokens = math.min(capacity, tokens + math.max(0, now_ms - at) * refill / 1000)

local allowed = 0
if tokens >= 1 then
  tokens = tokens - 1
  allowed = 1
end
local full_in_ms = math.ceil((capacity - tokens) * 1000 / refill)
redis.call('HSET', KEYS[1], 'tokens', tokens, 'at', now_ms)
redis.call('PEXPIRE', KEYS[1], full_in_ms + 1000)
return {allowed, math.floor(tokens), full_in_ms, math.ceil(math.max(0, 1 - tokens) * 1000 / refill), now_ms}
