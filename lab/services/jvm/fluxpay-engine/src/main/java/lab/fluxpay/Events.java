package lab.fluxpay;

import io.opentelemetry.context.Context;
import lab.shared.Redis;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.kafka.core.KafkaTemplate;
import org.springframework.stereotype.Component;
import reactor.core.scheduler.Schedulers;

/** Publishes to Kafka beside the request: an answer never waits for the broker, a lost event is an ERROR line. */
@Component
class Events {
  static final String ORDERS_CREATED = "orders.created";
  static final String PAYMENTS_APPROVED = "payments.approved";
  static final String PAYMENTS_FAILED = "payments.failed";

  private static final Logger log = LoggerFactory.getLogger(Events.class);
  private final KafkaTemplate<String, String> kafka;

  Events(KafkaTemplate<String, String> kafka) {
    this.kafka = kafka;
  }

  /** @param context the request's trace context, parent of the producer span */
  void publish(Context context, String topic, String key, String json) {
    // send() blocks while the broker's metadata is unknown, which an event loop must not.
    Schedulers.boundedElastic().schedule(context.wrap(() -> {
      try {
        kafka.send(topic, key, json).whenComplete((sent, error) -> {
          if (error != null) {
            context.wrap(() -> lost(topic, key, error)).run();
          }
        });
      } catch (RuntimeException error) {
        lost(topic, key, error);
      }
    }));
  }

  private static void lost(String topic, String key, Throwable error) {
    log.error("kafka did not take {} {}: {}", topic, key, Redis.reason(error), error);
  }
}
