package lab.fluxpay;

import io.r2dbc.spi.Row;
import jakarta.annotation.PostConstruct;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.UUID;
import lab.shared.Redis;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.r2dbc.core.DatabaseClient;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;
import reactor.util.retry.Retry;

/** Orders in PostgreSQL. Every call answers or fails within {@code database.timeout-ms}. */
@Component
class OrderStore {
  private static final Logger log = LoggerFactory.getLogger(OrderStore.class);
  private static final String SCHEMA = """
      CREATE TABLE IF NOT EXISTS orders (
        id uuid PRIMARY KEY,
        reference text NOT NULL,
        amount bigint NOT NULL,
        currency text NOT NULL,
        status text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now()
      )""";

  private final DatabaseClient database;
  private final Duration timeout;

  OrderStore(DatabaseClient database, @Value("${database.timeout-ms}") long timeoutMs) {
    this.database = database;
    this.timeout = Duration.ofMillis(timeoutMs);
  }

  /** In the background, until it succeeds: the service starts without PostgreSQL. */
  @PostConstruct
  void createSchema() {
    database.sql(SCHEMA).then().timeout(timeout)
        .doOnError(error -> log.warn("cannot create the schema yet: {}", Redis.reason(error)))
        .retryWhen(Retry.fixedDelay(Long.MAX_VALUE, Duration.ofSeconds(1)))
        .subscribe(done -> {}, error -> log.error("gave up creating the schema", error), () -> log.info("schema is ready"));
  }

  Mono<Order> insert(String reference, long amount, String currency) {
    return database
        .sql("INSERT INTO orders (id, reference, amount, currency, status) VALUES ($1, $2, $3, $4, 'CREATED') RETURNING *")
        .bind(0, UUID.randomUUID()).bind(1, reference).bind(2, amount).bind(3, currency)
        .map((row, columns) -> toOrder(row)).one().timeout(timeout);
  }

  Mono<Order> find(UUID id) {
    return database.sql("SELECT * FROM orders WHERE id = $1").bind(0, id)
        .map((row, columns) -> toOrder(row)).one().timeout(timeout);
  }

  /** The number of rows changed: 0 when there is no such order. */
  Mono<Long> accept(UUID id) {
    return database.sql("UPDATE orders SET status = 'ACCEPTED', updated_at = now() WHERE id = $1").bind(0, id)
        .fetch().rowsUpdated().timeout(timeout);
  }

  private static Order toOrder(Row row) {
    return new Order(
        row.get("id", UUID.class), row.get("reference", String.class), row.get("amount", Long.class),
        row.get("currency", String.class), row.get("status", String.class),
        row.get("created_at", OffsetDateTime.class).toInstant(), row.get("updated_at", OffsetDateTime.class).toInstant());
  }
}
