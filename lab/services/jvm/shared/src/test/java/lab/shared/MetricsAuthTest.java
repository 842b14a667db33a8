package lab.shared;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.mock.http.server.reactive.MockServerHttpRequest;
import org.springframework.mock.web.server.MockServerWebExchange;
import reactor.core.publisher.Mono;

class MetricsAuthTest {
  private final MetricsAuth auth = new MetricsAuth("actuator", "admin");

  @Test
  void metricsNeedTheRightCredentials() {
    assertThat(statusOf("/actuator/prometheus", "actuator", "admin")).isEqualTo(HttpStatus.OK);
    assertThat(statusOf("/actuator/prometheus", "actuator", "wrong")).isEqualTo(HttpStatus.UNAUTHORIZED);
    assertThat(statusOf("/actuator/prometheus", null, null)).isEqualTo(HttpStatus.UNAUTHORIZED);
  }

  @Test
  void healthAndTheApiAreOpen() {
    assertThat(statusOf("/actuator/health", null, null)).isEqualTo(HttpStatus.OK);
    assertThat(statusOf("/api/v1/rate-limit/check", null, null)).isEqualTo(HttpStatus.OK);
  }

  private HttpStatusCode statusOf(String path, String user, String password) {
    MockServerHttpRequest.BaseBuilder<?> request = MockServerHttpRequest.get(path);
    if (user != null) {
      request.header(HttpHeaders.AUTHORIZATION, "Basic " + HttpHeaders.encodeBasicAuth(user, password, null));
    }
    MockServerWebExchange exchange = MockServerWebExchange.from(request);
    auth.filter(exchange, passed -> {
      passed.getResponse().setStatusCode(HttpStatus.OK);
      return Mono.empty();
    }).block();
    return exchange.getResponse().getStatusCode();
  }
}
