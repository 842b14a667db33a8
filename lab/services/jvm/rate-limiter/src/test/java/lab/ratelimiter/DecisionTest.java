package lab.ratelimiter;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.http.HttpHeaders;

class DecisionTest {
  private static final long NOW_MS = 1_700_000_000_001L;

  @Test
  void anAllowedRequestIsToldWhatIsLeft() {
    HttpHeaders headers = Decision.fromScript(List.of(1L, 99L, 100L, 0L), 100).headers(NOW_MS);
    assertThat(headers.getFirst("X-RateLimit-Remaining")).isEqualTo("99");
    assertThat(headers.getFirst("X-RateLimit-Reset")).isEqualTo("1700000001");
    assertThat(headers.getFirst("Retry-After")).isNull();
  }

  @Test
  void aRefusedRequestIsToldToWaitAtLeastASecond() {
    HttpHeaders headers = Decision.fromScript(List.of(0L, 0L, 10_000L, 40L), 100).headers(NOW_MS);
    assertThat(headers.getFirst("Retry-After")).isEqualTo("1");
    assertThat(Decision.fromScript(List.of(0L, 0L, 60_000L, 1_001L), 100).headers(NOW_MS).getFirst("Retry-After")).isEqualTo("2");
  }
}
