package lab.shared;

import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/** One line a request, written when the response is committed, so that the status of an error handler is in it too. */
@Component
class AccessLog implements WebFilter {
  private static final Logger log = LoggerFactory.getLogger("access");
  private static final int CLIENT_CLOSED_REQUEST = 499;

  @Override
  public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
    long startNs = System.nanoTime();
    // The response may be committed by a thread of Redis' or PostgreSQL's event loop: keep the server span's context for the line.
    Context context = Context.current();
    AtomicBoolean written = new AtomicBoolean();
    exchange.getResponse().beforeCommit(() -> {
      HttpStatusCode status = exchange.getResponse().getStatusCode();
      write(written, exchange.getRequest(), status == null ? 200 : status.value(), startNs, context);
      return Mono.empty();
    });
    return chain.filter(exchange)
        .doOnCancel(() -> write(written, exchange.getRequest(), CLIENT_CLOSED_REQUEST, startNs, context));
  }

  private static void write(AtomicBoolean written, ServerHttpRequest request, int status, long startNs, Context context) {
    if (!written.compareAndSet(false, true)) {
      return;
    }
    double durationMs = (System.nanoTime() - startNs) / 1000 / 1000.0;
    String query = request.getURI().getRawQuery();
    String path = request.getURI().getRawPath() + (query == null ? "" : "?" + query);
    String requestId = request.getHeaders().getFirst("X-Request-Id");
    try (Scope ignored = context.makeCurrent()) {
      log.atInfo()
          .addKeyValue("method", request.getMethod().name())
          .addKeyValue("path", path)
          .addKeyValue("status", status)
          .addKeyValue("duration_ms", durationMs)
          .addKeyValue("request_id", requestId == null ? "-" : requestId)
          .log("{} {} {} {}ms request_id={}", request.getMethod(), path, status, durationMs, requestId == null ? "-" : requestId);
    }
  }
}
