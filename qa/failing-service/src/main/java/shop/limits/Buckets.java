package shop.limits;

import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.data.redis.core.script.DefaultRedisScript;
import org.springframework.data.redis.core.script.RedisScript;
import org.springframework.stereotype.Component;

/** A token bucket a key, in Redis. An exception of Redis is thrown on: that is what is wrong with it. */
@Component
class Buckets {
  private static final RedisScript<Long> TAKE = new DefaultRedisScript<>("""
      local at = redis.call('TIME')
      local now = at[1] + at[2] / 1000000
      local capacity, refill = tonumber(ARGV[1]), tonumber(ARGV[2])
      local known = redis.call('HMGET', KEYS[1], 'tokens', 'at')
      local tokens = math.min(capacity, (tonumber(known[1]) or capacity) + (now - (tonumber(known[2]) or now)) * refill)
      local allowed = tokens >= 1 and 1 or 0
      redis.call('HSET', KEYS[1], 'tokens', tokens - allowed, 'at', now)
      redis.call('EXPIRE', KEYS[1], 60)
      return allowed
      """, Long.class);

  private final StringRedisTemplate redis;
  private final MeterRegistry meters;
  private final String capacity;
  private final String refillPerSecond;

  Buckets(
      StringRedisTemplate redis,
      MeterRegistry meters,
      @Value("${limits.capacity}") String capacity,
      @Value("${limits.refill-per-second}") String refillPerSecond) {
    this.redis = redis;
    this.meters = meters;
    this.capacity = capacity;
    this.refillPerSecond = refillPerSecond;
  }

  boolean take(String key) {
    boolean allowed = Long.valueOf(1).equals(redis.execute(TAKE, List.of("bucket:" + key), capacity, refillPerSecond));
    meters.counter("rate_limiter.requests", "algorithm", "TOKEN_BUCKET", "allowed", Boolean.toString(allowed)).increment();
    return allowed;
  }
}
