package firedrill.heapagent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class BallastTest {
  private static final long MIB = 1024 * 1024;

  @Test
  void growsByTheBytesAskedForAndShrinksAgain() {
    Ballast ballast = new Ballast();
    assertTrue(ballast.grow(3 * MIB, () -> true));
    assertEquals(3 * MIB, ballast.heldBytes());
    ballast.shrink(MIB);
    assertEquals(2 * MIB, ballast.heldBytes());
    ballast.clear();
    assertEquals(0, ballast.heldBytes());
  }

  @Test
  void stopsWhereTheHeadroomEnds() {
    Ballast ballast = new Ballast();
    AtomicInteger room = new AtomicInteger(16);
    assertFalse(ballast.grow(3 * MIB, () -> room.getAndDecrement() > 0));
    assertEquals(MIB, ballast.heldBytes());
  }
}
