package lab.fluxpay;

import java.time.Instant;
import java.util.UUID;

/** One row of {@code orders}. CREATED when inserted, ACCEPTED when its event came back from Kafka. */
record Order(UUID id, String reference, long amount, String currency, String status, Instant createdAt, Instant updatedAt) {}
