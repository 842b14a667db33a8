package lab.fluxpay;

import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.stereotype.Component;

/** The other side of orders.created: marks the order as accepted. */
@Component
class OrderListener {
  private static final Logger log = LoggerFactory.getLogger(OrderListener.class);
  private final OrderStore orders;

  OrderListener(OrderStore orders) {
    this.orders = orders;
  }

  @KafkaListener(topics = Events.ORDERS_CREATED)
  void onOrderCreated(ConsumerRecord<String, String> event) {
    Long changed = orders.accept(UUID.fromString(event.key())).block();
    log.info("order {} accepted, rows changed: {}", event.key(), changed);
  }
}
