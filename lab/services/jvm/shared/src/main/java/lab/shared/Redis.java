package lab.shared;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.ClientOptions.DisconnectedBehavior;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisConnectionException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.Delay;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/**
 * One Redis connection that answers or fails within {@code redis.timeout-ms}, whether Redis is gone or hangs.
 * The service starts without Redis and reconnects every {@code redis.reconnect-ms}.
 */
@Component
public class Redis implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Redis.class);
  /** Commands in flight before new ones are refused: bounds the memory that a hung Redis can take. */
  private static final int MAX_IN_FLIGHT = 2000;

  private final ClientResources resources;
  private final RedisClient client;
  private final RedisURI uri;
  private final long reconnectMs;
  private volatile StatefulRedisConnection<String, String> connection;
  private volatile boolean closed;

  public Redis(
      @Value("${redis.host}") String host,
      @Value("${redis.port}") int port,
      @Value("${redis.password:}") String password,
      @Value("${redis.timeout-ms}") long timeoutMs,
      @Value("${redis.reconnect-ms}") long reconnectMs) {
    this.reconnectMs = reconnectMs;
    RedisURI.Builder target = RedisURI.builder().withHost(host).withPort(port).withTimeout(Duration.ofSeconds(1));
    uri = password.isEmpty() ? target.build() : target.withPassword(password.toCharArray()).build();
    resources = ClientResources.builder().reconnectDelay(Delay.constant(Duration.ofMillis(reconnectMs))).build();
    client = RedisClient.create(resources);
    client.setOptions(ClientOptions.builder()
        // Without this, commands sent while disconnected wait in a queue and the caller hangs with them.
        .disconnectedBehavior(DisconnectedBehavior.REJECT_COMMANDS)
        .requestQueueSize(MAX_IN_FLIGHT)
        .timeoutOptions(TimeoutOptions.enabled(Duration.ofMillis(timeoutMs)))
        .socketOptions(SocketOptions.builder().connectTimeout(Duration.ofMillis(500)).build())
        .build());
  }

  /** Runs one command on the connection; an error (never an endless wait) when Redis does not answer. */
  public <T> Mono<T> run(Function<RedisAsyncCommands<String, String>, CompletionStage<T>> command) {
    return Mono.defer(() -> {
      StatefulRedisConnection<String, String> current = connection;
      return current == null
          ? Mono.error(new RedisConnectionException("not connected to " + uri.getHost() + ":" + uri.getPort()))
          : Mono.fromCompletionStage(command.apply(current.async()));
    });
  }

  @PostConstruct
  public void connect() {
    client.connectAsync(StringCodec.UTF8, uri).whenComplete((connected, error) -> {
      if (error == null) {
        connection = connected;
        log.info("connected to redis at {}:{}", uri.getHost(), uri.getPort());
      } else if (!closed) {
        log.warn("redis unreachable at {}:{}, trying again in {} ms: {}", uri.getHost(), uri.getPort(), reconnectMs, reason(error));
        resources.eventExecutorGroup().schedule(this::connect, reconnectMs, TimeUnit.MILLISECONDS);
      }
    });
  }

  @PreDestroy
  @Override
  public void close() {
    closed = true;
    client.shutdownAsync(0, 1, TimeUnit.SECONDS);
    resources.shutdown(0, 1, TimeUnit.SECONDS);
  }

  /** The innermost cause in one line: what a person needs of a chain of wrapped network errors. */
  public static String reason(Throwable error) {
    Throwable cause = error;
    while (cause.getCause() != null && cause.getCause() != cause) {
      cause = cause.getCause();
    }
    return cause.getClass().getSimpleName() + ": " + cause.getMessage();
  }
}
