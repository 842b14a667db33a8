package lab.fluxpay;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.kafka.listener.DefaultErrorHandler;
import org.springframework.util.backoff.FixedBackOff;

@Configuration
class KafkaConfiguration {
  private static final Logger log = LoggerFactory.getLogger(KafkaConfiguration.class);

  /** Three more attempts half a second apart, then the event is dropped with an ERROR line and the partition moves on. */
  @Bean
  DefaultErrorHandler kafkaErrorHandler() {
    return new DefaultErrorHandler(
        (event, error) -> log.error("dropped {} {}", event.topic(), event.key(), error), new FixedBackOff(500, 3));
  }
}
