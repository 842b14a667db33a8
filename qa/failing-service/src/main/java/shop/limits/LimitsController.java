package shop.limits;

import jakarta.servlet.http.HttpServletRequest;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.web.client.RestTemplateBuilder;
import org.springframework.http.HttpEntity;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.ResponseEntity;
import org.springframework.http.client.ClientHttpResponse;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.client.DefaultResponseErrorHandler;
import org.springframework.web.client.RestTemplate;

@RestController
class LimitsController {
  private final Buckets buckets;
  private final RestTemplate client;
  private final String server;

  LimitsController(Buckets buckets, RestTemplateBuilder clients, @Value("${moalog.server.url}") String server) {
    this.buckets = buckets;
    this.server = server;
    this.client = clients
        .setConnectTimeout(Duration.ofSeconds(1))
        .setReadTimeout(Duration.ofSeconds(3))
        .errorHandler(new DefaultResponseErrorHandler() {
          @Override
          public boolean hasError(ClientHttpResponse response) {
            return false;
          }
        })
        .build();
  }

  @GetMapping("/api/v1/rate-limit/check")
  ResponseEntity<Map<String, Object>> check(@RequestParam String key) {
    boolean allowed = buckets.take(key);
    return ResponseEntity.status(allowed ? 200 : 429).body(Map.of("key", key, "allowed", allowed));
  }

  /** The way in to moalog-server: its status and body come back as they are. */
  @RequestMapping("/gateway/**")
  ResponseEntity<byte[]> forward(HttpServletRequest request, @RequestBody(required = false) byte[] body) {
    String client = request.getHeader("X-Client-Id");
    if (!buckets.take("gateway:" + (client == null ? request.getRemoteAddr() : client))) {
      return ResponseEntity.status(429).build();
    }
    HttpHeaders headers = new HttpHeaders();
    request.getHeaderNames().asIterator().forEachRemaining(name -> {
      if (!name.equalsIgnoreCase("host") && !name.equalsIgnoreCase("content-length") && !name.equalsIgnoreCase("connection")) {
        headers.add(name, request.getHeader(name));
      }
    });
    String query = request.getQueryString();
    URI to = URI.create(server + request.getRequestURI().substring("/gateway".length()) + (query == null ? "" : "?" + query));
    ResponseEntity<byte[]> answer =
        this.client.exchange(to, HttpMethod.valueOf(request.getMethod()), new HttpEntity<>(body, headers), byte[].class);
    return ResponseEntity.status(answer.getStatusCode()).body(answer.getBody());
  }
}
