package lab.ratelimiter;

import io.netty.channel.ChannelOption;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeoutException;
import lab.shared.Redis;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.http.client.reactive.ReactorClientHttpConnector;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.publisher.Mono;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.ConnectionProvider;

/**
 * The way in: /gateway/** is rate limited and forwarded to moalog-server's /**; its status, headers and body come back as they are.
 * LAB_NO_FORWARDING (lab/services/README.md) takes it away: /gateway/** is then 404.
 */
@RestController
@ConditionalOnProperty(name = "lab.no-forwarding", havingValue = "false", matchIfMissing = true)
class GatewayController {
  private static final Logger log = LoggerFactory.getLogger(GatewayController.class);
  private static final int MAX_BODY_BYTES = 2 * 1024 * 1024;
  /** Headers of one hop (RFC 9110 section 7.6.1), and those that the client writes itself. */
  private static final Set<String> NOT_FORWARDED = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);

  static {
    NOT_FORWARDED.addAll(Set.of(
        "Connection", "Keep-Alive", "Proxy-Authenticate", "Proxy-Authorization", "Proxy-Connection", "TE", "Trailer",
        "Transfer-Encoding", "Upgrade", "Host", "Content-Length"));
  }

  private final Limiter limiter;
  private final WebClient client;
  private final String serverUrl;
  private final Duration timeout;

  GatewayController(
      Limiter limiter,
      WebClient.Builder clients,
      @Value("${moalog.server.url}") String serverUrl,
      @Value("${gateway.timeout-ms}") long timeoutMs) {
    this.limiter = limiter;
    this.serverUrl = serverUrl.replaceAll("/+$", "");
    this.timeout = Duration.ofMillis(timeoutMs);
    ConnectionProvider connections = ConnectionProvider.builder("gateway")
        .maxConnections(200)
        .pendingAcquireTimeout(Duration.ofSeconds(1))
        .maxIdleTime(Duration.ofSeconds(2))
        .build();
    HttpClient http = HttpClient.create(connections).option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 1000);
    this.client = clients
        .clientConnector(new ReactorClientHttpConnector(http))
        .codecs(codecs -> codecs.defaultCodecs().maxInMemorySize(MAX_BODY_BYTES))
        .build();
  }

  @RequestMapping("/gateway/**")
  Mono<ResponseEntity<byte[]>> forward(ServerHttpRequest request, @RequestBody(required = false) Mono<byte[]> body) {
    return limiter.decide("gateway:" + clientOf(request), Algorithm.TOKEN_BUCKET).flatMap(decision -> {
      HttpHeaders limits = decision.headers(System.currentTimeMillis());
      return decision.allowed()
          ? send(request, body, limits)
          : Mono.just(problem(HttpStatus.TOO_MANY_REQUESTS, "rate limit exceeded", limits));
    });
  }

  private Mono<ResponseEntity<byte[]>> send(ServerHttpRequest request, Mono<byte[]> body, HttpHeaders limits) {
    Context context = Context.current();
    return client
        .method(request.getMethod())
        .uri(targetOf(request.getURI()))
        .headers(headers -> copy(request.getHeaders(), headers))
        .body(body, byte[].class)
        .exchangeToMono(response -> response.toEntity(byte[].class))
        .timeout(timeout, Mono.error(() -> new TimeoutException("no answer within " + timeout.toMillis() + " ms")))
        .map(answer -> {
          HttpHeaders headers = new HttpHeaders();
          copy(answer.getHeaders(), headers);
          headers.addAll(limits);
          return new ResponseEntity<>(answer.getBody(), headers, answer.getStatusCode());
        })
        .onErrorResume(error -> {
          HttpStatus status = error instanceof TimeoutException ? HttpStatus.GATEWAY_TIMEOUT : HttpStatus.BAD_GATEWAY;
          try (Scope ignored = context.makeCurrent()) {
            log.error("moalog-server did not answer at {}: {}", serverUrl, Redis.reason(error), error);
          }
          return Mono.just(problem(status, "moalog-server did not answer", limits));
        });
  }

  private URI targetOf(URI uri) {
    String path = uri.getRawPath().substring("/gateway".length());
    String query = uri.getRawQuery();
    return URI.create(serverUrl + (path.isEmpty() ? "/" : path) + (query == null ? "" : "?" + query));
  }

  private static void copy(HttpHeaders from, HttpHeaders to) {
    from.forEach((name, values) -> {
      if (!NOT_FORWARDED.contains(name)) {
        to.addAll(name, values);
      }
    });
  }

  private static String clientOf(ServerHttpRequest request) {
    String id = request.getHeaders().getFirst("X-Client-Id");
    InetSocketAddress address = request.getRemoteAddress();
    return id != null ? id : address == null ? "unknown" : address.getAddress().getHostAddress();
  }

  private static ResponseEntity<byte[]> problem(HttpStatus status, String message, HttpHeaders limits) {
    byte[] json = ("{\"status\":" + status.value() + ",\"error\":\"" + message + "\"}").getBytes();
    return ResponseEntity.status(status).headers(limits).contentType(MediaType.APPLICATION_JSON).body(json);
  }
}
