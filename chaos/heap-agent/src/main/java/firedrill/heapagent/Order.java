package firedrill.heapagent;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What one attach asks for: {@code hold=0.87,expiry_ms=60000,status=FILE}, {@code release[,status=FILE]} or {@code status[,status=FILE]}.
 * The status file comes last and may contain commas.
 *
 * @param holdShare used / max to reach and keep, for {@link Action#HOLD}
 * @param expiryMs after this time without a new order the memory is let go
 * @param statusFile absolute path, or null
 */
record Order(Action action, double holdShare, long expiryMs, Path statusFile) {
  enum Action {
    HOLD,
    RELEASE,
    STATUS
  }

  /** Beyond this the collector itself has no room, and the service would fail instead of the alert fire. */
  static final double MAX_SHARE = 0.92;

  static final long DEFAULT_EXPIRY_MS = 60_000;
  static final long MAX_EXPIRY_MS = 3_600_000;

  static Order parse(String text) {
    Map<String, String> parts = split(text == null ? "" : text);
    Path file = parts.containsKey("status") && !parts.get("status").isEmpty() ? Path.of(parts.get("status")) : null;
    if (file != null && !file.isAbsolute()) {
      throw new IllegalArgumentException("status=" + file + ": want an absolute path, the target JVM has its own working directory");
    }
    long expiryMs = (long) number(parts, "expiry_ms", DEFAULT_EXPIRY_MS, 1, MAX_EXPIRY_MS);
    if (parts.containsKey("release")) {
      return new Order(Action.RELEASE, 0, expiryMs, file);
    }
    if (parts.containsKey("hold")) {
      return new Order(Action.HOLD, number(parts, "hold", 0, 0, MAX_SHARE), expiryMs, file);
    }
    if (parts.containsKey("status")) {
      return new Order(Action.STATUS, 0, expiryMs, file);
    }
    throw new IllegalArgumentException("\"" + text + "\": want hold=SHARE[,expiry_ms=N][,status=FILE], release or status");
  }

  private static Map<String, String> split(String text) {
    Map<String, String> parts = new LinkedHashMap<>();
    String rest = text;
    while (!rest.isEmpty()) {
      int comma = rest.startsWith("status=") ? -1 : rest.indexOf(',');
      String part = comma < 0 ? rest : rest.substring(0, comma);
      rest = comma < 0 ? "" : rest.substring(comma + 1);
      int equals = part.indexOf('=');
      String key = equals < 0 ? part : part.substring(0, equals);
      switch (key) {
        case "hold", "release", "status", "expiry_ms" -> { }
        default -> throw new IllegalArgumentException("unknown option \"" + key + "\", known: hold, release, status, expiry_ms");
      }
      String value = equals < 0 ? "" : part.substring(equals + 1);
      // "status,status=FILE" asks for the state and says where to write it.
      parts.merge(key, value, (before, after) -> after);
    }
    return parts;
  }

  private static double number(Map<String, String> parts, String key, double fallback, double min, double max) {
    String text = parts.get(key);
    if (text == null) {
      return fallback;
    }
    try {
      double value = Double.parseDouble(text);
      if (value >= min && value <= max) {
        return value;
      }
    } catch (NumberFormatException notANumber) {
      // Falls through to the message below.
    }
    throw new IllegalArgumentException(key + "=" + text + ": want a number from " + min + " to " + max);
  }
}
