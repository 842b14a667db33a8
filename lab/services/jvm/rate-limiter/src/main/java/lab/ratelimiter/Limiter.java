package lab.ratelimiter;

import io.lettuce.core.RedisNoScriptException;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import lab.shared.Redis;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.core.io.ClassPathResource;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/** Asks Redis whether a key may pass; lets it pass when Redis cannot say (fails open). */
@Component
class Limiter {
  private static final Logger log = LoggerFactory.getLogger(Limiter.class);
  /** The promise to callers is 500 ms; moalog-server gives up after that. */
  private static final Duration DECIDE_WITHIN = Duration.ofMillis(450);
  /** LAB_NO_FAIL_OPEN (lab/services/README.md): how long a caller waits for its 500. */
  private static final Duration FAIL_CLOSED_AFTER = Duration.ofSeconds(2);

  private final Redis redis;
  private final MeterRegistry meters;
  private final long capacity;
  private final long refillPerSecond;
  private final long windowMs;
  private final Script tokenBucket = Script.load("lua/token-bucket.lua");
  private final Script slidingWindow = Script.load("lua/sliding-window.lua");
  private final Counter failedOpen;
  private final boolean noFailOpen;
  /** How far Redis' clock is ahead of this one, ms; null until Redis has answered once. */
  private volatile Long redisAheadMs;

  Limiter(
      Redis redis,
      MeterRegistry meters,
      @Value("${rate-limit.capacity}") long capacity,
      @Value("${rate-limit.refill-per-second}") long refillPerSecond,
      @Value("${rate-limit.window-seconds}") long windowSeconds,
      @Value("${lab.no-fail-open:false}") boolean noFailOpen) {
    this.redis = redis;
    this.meters = meters;
    this.capacity = capacity;
    this.refillPerSecond = refillPerSecond;
    this.windowMs = windowSeconds * 1000;
    this.noFailOpen = noFailOpen;
    this.failedOpen = meters.counter("rate_limiter.fail_open");
    // A counter that appears with its first event has no increase() in its first window: register all four at 0.
    for (Algorithm algorithm : Algorithm.values()) {
      counter(algorithm, true);
      counter(algorithm, false);
    }
  }

  Mono<Decision> decide(String key, Algorithm algorithm) {
    Context context = Context.current();
    return ask(key, algorithm)
        .timeout(DECIDE_WITHIN)
        .map(reply -> Decision.fromScript(reply, capacity))
        .onErrorResume(error -> {
          if (noFailOpen) {
            return Mono.delay(FAIL_CLOSED_AFTER).then(Mono.error(error));
          }
          try (Scope ignored = context.makeCurrent()) {
            log.warn("redis unavailable, failing open for key {}: {}", key, Redis.reason(error));
          }
          failedOpen.increment();
          return Mono.just(Decision.failOpen(capacity));
        })
        .doOnNext(decision -> counter(algorithm, decision.allowed()).increment());
  }

  private Mono<List<Long>> ask(String key, Algorithm algorithm) {
    return switch (algorithm) {
      case TOKEN_BUCKET ->
        eval(tokenBucket, "rl:tb:" + key, Long.toString(capacity), Long.toString(refillPerSecond), listensUntil());
      case SLIDING_WINDOW ->
        eval(slidingWindow, "rl:sw:" + key, Long.toString(capacity), Long.toString(windowMs), listensUntil(), UUID.randomUUID().toString());
    };
  }

  /**
   * The last moment, by Redis' clock, at which an answer is of use. A Redis that hung executes what was sent to it meanwhile, although its
   * callers were let pass long ago: without this bound it would count all of them at once, and refuse the next.
   */
  private String listensUntil() {
    Long ahead = redisAheadMs;
    return ahead == null ? "0" : Long.toString(System.currentTimeMillis() + ahead + DECIDE_WITHIN.toMillis());
  }

  private List<Long> inTime(List<Long> reply) {
    redisAheadMs = reply.get(4) - System.currentTimeMillis();
    if (reply.get(0) == 2) {
      throw new IllegalStateException("redis was asked too late, by its own clock");
    }
    return reply;
  }

  private Mono<List<Long>> eval(Script script, String key, String... args) {
    String[] keys = {key};
    return redis
        .run((RedisAsyncCommands<String, String> commands) ->
            commands.<List<Long>>evalsha(script.sha(), ScriptOutputType.MULTI, keys, args))
        // A restarted Redis has forgotten its scripts: EVAL teaches it again.
        .onErrorResume(RedisNoScriptException.class, unknown -> redis.run(commands ->
            commands.<List<Long>>eval(script.source(), ScriptOutputType.MULTI, keys, args)))
        .map(this::inTime);
  }

  private Counter counter(Algorithm algorithm, boolean allowed) {
    return meters.counter("rate_limiter.requests", "algorithm", algorithm.name(), "allowed", Boolean.toString(allowed));
  }

  private record Script(String source, String sha) {
    static Script load(String path) {
      try {
        String source = new ClassPathResource(path).getContentAsString(StandardCharsets.UTF_8);
        return new Script(source, io.lettuce.core.codec.Base16.digest(source.getBytes(StandardCharsets.UTF_8)));
      } catch (IOException error) {
        throw new UncheckedIOException(error);
      }
    }
  }
}
