package lab.fluxpay;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.springframework.web.reactive.function.client.WebClient;

class PaymentProviderTest {
  @Test
  void aProviderThatNeverAnswersIsAnErrorInTime() throws Exception {
    try (ServerSocket hung = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      PaymentProvider provider = new PaymentProvider(WebClient.builder(), "http://127.0.0.1:" + hung.getLocalPort(), 200);
      assertThatThrownBy(() -> provider.confirm("test_ok", "order", 1).block(Duration.ofSeconds(2)))
          .hasMessageContaining("no answer within 200 ms");
    }
  }
}
