package firedrill.heapagent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OrderTest {
  @Test
  void holdHasShareExpiryAndFile() {
    Order order = Order.parse("hold=0.87,expiry_ms=5000,status=/tmp/a,b.json");
    assertEquals(new Order(Order.Action.HOLD, 0.87, 5000, Path.of("/tmp/a,b.json")), order);
  }

  @Test
  void releaseAndStatusNeedNothingElse() {
    assertEquals(Order.Action.RELEASE, Order.parse("release").action());
    assertNull(Order.parse("release").statusFile());
    assertEquals(Order.Action.STATUS, Order.parse("status,status=/tmp/x").action());
    assertEquals(Path.of("/tmp/x"), Order.parse("status,status=/tmp/x").statusFile());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "hold", "hold=1.2", "hold=NaN", "hold=-1", "hold=0.5,expiry_ms=0", "hold=0.5,status=here", "hodl=0.5"})
  void aBadOrderIsRefused(String text) {
    IllegalArgumentException error = assertThrows(IllegalArgumentException.class, () -> Order.parse(text));
    assertTrue(error.getMessage().contains("want") || error.getMessage().contains("known"), error.getMessage());
  }
}
