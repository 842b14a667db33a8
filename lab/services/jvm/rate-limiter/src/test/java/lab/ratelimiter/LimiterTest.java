package lab.ratelimiter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import lab.shared.Redis;
import org.junit.jupiter.api.Test;

class LimiterTest {
  private static final Duration PROMISE = Duration.ofMillis(500);

  @Test
  void failsOpenWhenNothingListens() throws Exception {
    int port;
    try (ServerSocket unused = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = unused.getLocalPort();
    }
    assertFailsOpen(port);
  }

  @Test
  void failsOpenWhenRedisAcceptsAndNeverAnswers() throws Exception {
    try (ServerSocket hung = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      assertFailsOpen(hung.getLocalPort());
    }
  }

  @Test
  void failsAfterTwoSecondsWhenSwitchedSo() {
    try (Redis redis = new Redis("127.0.0.1", 1, "", 300, 500)) {
      Limiter limiter = new Limiter(redis, new SimpleMeterRegistry(), 100, 10, 60, true);
      long startNs = System.nanoTime();
      assertThatThrownBy(() -> limiter.decide("key", Algorithm.TOKEN_BUCKET).block()).hasMessageContaining("not connected");
      assertThat(Duration.ofNanos(System.nanoTime() - startNs)).isGreaterThan(Duration.ofSeconds(2));
    }
  }

  private static void assertFailsOpen(int port) {
    SimpleMeterRegistry meters = new SimpleMeterRegistry();
    try (Redis redis = new Redis("127.0.0.1", port, "", 300, 500)) {
      redis.connect();
      Decision decision = new Limiter(redis, meters, 100, 10, 60, false).decide("key", Algorithm.SLIDING_WINDOW).block(PROMISE);
      assertThat(decision).isEqualTo(Decision.failOpen(100));
    }
    assertThat(meters.counter("rate_limiter.fail_open").count()).isEqualTo(1);
    assertThat(meters.counter("rate_limiter.requests", "algorithm", "SLIDING_WINDOW", "allowed", "true").count()).isEqualTo(1);
  }
}
