package lab.fluxpay;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import java.net.URI;
import java.util.UUID;
import lab.shared.Redis;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;
import reactor.core.publisher.Mono;

@RestController
@RequestMapping("/api/v1/orders")
class OrderController {
  private static final Logger log = LoggerFactory.getLogger(OrderController.class);

  /** @param amount in the currency's smallest unit */
  record NewOrder(String reference, Long amount, String currency) {}

  private final OrderStore orders;
  private final Events events;
  private final ObjectMapper json;

  OrderController(OrderStore orders, Events events, ObjectMapper json) {
    this.orders = orders;
    this.events = events;
    this.json = json;
  }

  @PostMapping
  Mono<ResponseEntity<Order>> create(@RequestBody NewOrder wanted) {
    Check.text("reference", wanted.reference());
    Check.amount(wanted.amount());
    if (wanted.currency() == null || !wanted.currency().matches("[A-Z]{3}")) {
      throw new ResponseStatusException(HttpStatus.BAD_REQUEST, "currency must be three capital letters");
    }
    Context context = Context.current();
    return orders.insert(wanted.reference(), wanted.amount(), wanted.currency())
        .onErrorMap(error -> unavailable(context, error))
        .doOnNext(order -> events.publish(context, Events.ORDERS_CREATED, order.id().toString(), write(order)))
        .map(order -> ResponseEntity.created(URI.create("/api/v1/orders/" + order.id())).body(order));
  }

  @GetMapping("/{id}")
  Mono<Order> read(@PathVariable UUID id) {
    Context context = Context.current();
    return orders.find(id)
        .onErrorMap(error -> unavailable(context, error))
        .switchIfEmpty(Mono.error(() -> new ResponseStatusException(HttpStatus.NOT_FOUND, "no order " + id)));
  }

  private static ResponseStatusException unavailable(Context context, Throwable error) {
    try (Scope ignored = context.makeCurrent()) {
      log.error("postgresql did not answer: {}", Redis.reason(error), error);
    }
    return new ResponseStatusException(HttpStatus.SERVICE_UNAVAILABLE, "the order store did not answer");
  }

  private String write(Order order) {
    try {
      return json.writeValueAsString(order);
    } catch (JsonProcessingException error) {
      throw new IllegalStateException(error);
    }
  }
}
