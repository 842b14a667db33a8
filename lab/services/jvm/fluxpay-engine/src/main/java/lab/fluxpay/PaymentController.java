package lab.fluxpay;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lettuce.core.SetArgs;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import java.time.Duration;
import java.util.Map;
import lab.shared.Redis;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Mono;

@RestController
class PaymentController {
  private static final Logger log = LoggerFactory.getLogger(PaymentController.class);
  private static final Duration REMEMBERED = Duration.ofMinutes(10);

  /** @param amount in the currency's smallest unit */
  record Approval(String paymentKey, String orderReference, Long amount) {}

  private final PaymentProvider provider;
  private final Events events;
  private final Redis redis;
  private final ObjectMapper json;

  PaymentController(PaymentProvider provider, Events events, Redis redis, ObjectMapper json) {
    this.provider = provider;
    this.events = events;
    this.redis = redis;
    this.json = json;
  }

  @PostMapping("/api/v1/payments/approve")
  Mono<ResponseEntity<String>> approve(
      @RequestBody Approval wanted, @RequestHeader(name = "Idempotency-Key", required = false) String idempotencyKey) {
    Check.text("paymentKey", wanted.paymentKey());
    Check.text("orderReference", wanted.orderReference());
    Check.amount(wanted.amount());
    Context context = Context.current();
    return earlierAnswer(context, idempotencyKey)
        .map(answer -> respond(200, answer))
        .switchIfEmpty(Mono.defer(() -> ask(context, wanted, idempotencyKey)));
  }

  private Mono<ResponseEntity<String>> ask(Context context, Approval wanted, String idempotencyKey) {
    return provider.confirm(wanted.paymentKey(), wanted.orderReference(), wanted.amount())
        .flatMap(receipt -> {
          String answer = body(wanted, "APPROVED", "provider status " + receipt.get("status"));
          events.publish(context, Events.PAYMENTS_APPROVED, wanted.orderReference(), answer);
          return remember(context, idempotencyKey, answer).thenReturn(respond(200, answer));
        })
        .onErrorResume(error -> {
          String reason = Redis.reason(error);
          try (Scope ignored = context.makeCurrent()) {
            log.error("payment provider failed for order {}: {}", wanted.orderReference(), reason, error);
          }
          String answer = body(wanted, "FAILED", reason);
          events.publish(context, Events.PAYMENTS_FAILED, wanted.orderReference(), answer);
          return Mono.just(respond(502, answer));
        });
  }

  /** The answer given before to the same Idempotency-Key; empty when there is none or Redis cannot say. */
  private Mono<String> earlierAnswer(Context context, String key) {
    return key == null ? Mono.empty() : failingOpen(context, redis.run(commands -> commands.get("fluxpay:idempotency:" + key)));
  }

  private Mono<String> remember(Context context, String key, String answer) {
    return key == null
        ? Mono.empty()
        : failingOpen(context, redis.run(commands ->
            commands.set("fluxpay:idempotency:" + key, answer, SetArgs.Builder.ex(REMEMBERED))));
  }

  private static Mono<String> failingOpen(Context context, Mono<String> asked) {
    return asked.onErrorResume(error -> {
      try (Scope ignored = context.makeCurrent()) {
        log.warn("redis unavailable, going on without idempotency: {}", Redis.reason(error));
      }
      return Mono.empty();
    });
  }

  private String body(Approval wanted, String status, String reason) {
    try {
      return json.writeValueAsString(Map.of(
          "status", status, "orderReference", wanted.orderReference(), "amount", wanted.amount(), "reason", reason));
    } catch (JsonProcessingException error) {
      throw new IllegalStateException(error);
    }
  }

  private static ResponseEntity<String> respond(int status, String body) {
    return ResponseEntity.status(status).contentType(MediaType.APPLICATION_JSON).body(body);
  }
}
