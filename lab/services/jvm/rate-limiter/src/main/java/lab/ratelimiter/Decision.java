package lab.ratelimiter;

import java.util.List;
import org.springframework.http.HttpHeaders;

/**
 * What the limiter said about one request.
 *
 * @param failedOpen true when Redis did not answer and the request was let through unchecked
 */
record Decision(boolean allowed, long limit, long remaining, long resetMs, long retryAfterMs, boolean failedOpen) {

  /** From the first four numbers that both Lua scripts return. */
  static Decision fromScript(List<Long> reply, long limit) {
    return new Decision(reply.get(0) == 1, limit, reply.get(1), reply.get(2), reply.get(3), false);
  }

  static Decision failOpen(long limit) {
    return new Decision(true, limit, limit, 0, 0, true);
  }

  /** X-RateLimit-Reset is in epoch seconds; Retry-After in whole seconds, at least 1, only when refused. */
  HttpHeaders headers(long nowMs) {
    HttpHeaders headers = new HttpHeaders();
    headers.set("X-RateLimit-Limit", Long.toString(limit));
    headers.set("X-RateLimit-Remaining", Long.toString(remaining));
    headers.set("X-RateLimit-Reset", Long.toString(ceilSeconds(nowMs + resetMs)));
    if (!allowed) {
      headers.set(HttpHeaders.RETRY_AFTER, Long.toString(Math.max(1, ceilSeconds(retryAfterMs))));
    }
    return headers;
  }

  private static long ceilSeconds(long ms) {
    return (ms + 999) / 1000;
  }
}
