package lab.ratelimiter;

import java.util.Map;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Mono;

@RestController
class CheckController {
  private final Limiter limiter;

  CheckController(Limiter limiter) {
    this.limiter = limiter;
  }

  @GetMapping("/api/v1/rate-limit/check")
  Mono<ResponseEntity<Map<String, Object>>> check(
      @RequestParam String key, @RequestParam(defaultValue = "TOKEN_BUCKET") Algorithm algorithm) {
    return limiter.decide(key, algorithm).map(decision -> ResponseEntity
        .status(decision.allowed() ? 200 : 429)
        .headers(decision.headers(System.currentTimeMillis()))
        .body(Map.of(
            "key", key,
            "algorithm", algorithm,
            "allowed", decision.allowed(),
            "limit", decision.limit(),
            "remaining", decision.remaining(),
            "failedOpen", decision.failedOpen())));
  }
}
