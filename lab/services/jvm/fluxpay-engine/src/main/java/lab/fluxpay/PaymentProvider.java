package lab.fluxpay;

import io.netty.channel.ChannelOption;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.http.client.reactive.ReactorClientHttpConnector;
import org.springframework.stereotype.Component;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.publisher.Mono;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.ConnectionProvider;

/** The external payment provider: answers or fails within {@code payment.provider.timeout-ms}. */
@Component
class PaymentProvider {
  private final WebClient client;
  private final Duration timeout;

  PaymentProvider(
      WebClient.Builder clients,
      @Value("${payment.provider.url}") String url,
      @Value("${payment.provider.timeout-ms}") long timeoutMs) {
    this.timeout = Duration.ofMillis(timeoutMs);
    ConnectionProvider connections = ConnectionProvider.builder("payment-provider")
        .maxConnections(200)
        .pendingAcquireTimeout(Duration.ofSeconds(1))
        // Below the 5 s after which a Node server closes an idle connection: no request meets a closing one.
        .maxIdleTime(Duration.ofSeconds(2))
        .build();
    HttpClient http = HttpClient.create(connections).option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 1000);
    this.client = clients.baseUrl(url).clientConnector(new ReactorClientHttpConnector(http)).build();
  }

  /** The provider's receipt; an error for any other status than 2xx. */
  Mono<Map<?, ?>> confirm(String paymentKey, String orderReference, long amount) {
    return client.post().uri("/v1/payments/confirm")
        .bodyValue(Map.of("paymentKey", paymentKey, "orderId", orderReference, "amount", amount))
        .retrieve().bodyToMono(Map.class)
        .<Map<?, ?>>map(receipt -> receipt)
        .timeout(timeout, Mono.error(() -> new TimeoutException("no answer within " + timeout.toMillis() + " ms")));
  }
}
