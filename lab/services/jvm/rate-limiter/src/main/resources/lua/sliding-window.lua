-- KEYS[1] log of accepted requests; ARGV limit, window in ms, the last ms at which the asker still listens (0: not known), unique member.
-- Returns {allowed 0|1, remaining, ms until the window is empty, ms until the oldest entry leaves, ms now}; allowed 2: asked too late.
local time = redis.call('TIME')
local now_ms = time[1] * 1000 + math.floor(time[2] / 1000)
local limit, window_ms, until_ms = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
if until_ms > 0 and now_ms > until_ms then
  return {2, 0, 0, 0, now_ms}
end

redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now_ms - window_ms)
local used = redis.call('ZCARD', KEYS[1])
local allowed = 0
if used < limit then
  redis.call('ZADD', KEYS[1], now_ms, ARGV[4])
  redis.call('PEXPIRE', KEYS[1], window_ms)
  used = used + 1
  allowed = 1
end
local oldest = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')
local retry_ms = oldest[2] and math.max(1, tonumber(oldest[2]) + window_ms - now_ms) or 0
return {allowed, limit - used, window_ms, retry_ms, now_ms}
