package firedrill.heapagent;

import java.util.ArrayDeque;
import java.util.function.BooleanSupplier;

/** The memory held: small chunks, so that any collector can place them and a few can be let go. Not thread safe. */
final class Ballast {
  /**
   * Size of one chunk on the heap. Far below half of G1's smallest region (1 MiB), where arrays become humongous, and with its header
   * an exact fraction of a region: G1 counts whole regions as used, so 256 KiB and a header would waste a quarter of each.
   */
  static final int CHUNK_BYTES = 64 * 1024;

  private static final int ARRAY_HEADER_BYTES = 16;

  private static final long GIVEN_BACK_BYTES = 8L * 1024 * 1024;

  private final ArrayDeque<byte[]> chunks = new ArrayDeque<>();

  /**
   * Adds chunks until {@code bytes} more are held, as long as {@code mayGrow} says so.
   *
   * @return false when it had to stop early
   */
  boolean grow(long bytes, BooleanSupplier mayGrow) {
    for (long added = 0; added < bytes; added += CHUNK_BYTES) {
      if (!mayGrow.getAsBoolean()) {
        return false;
      }
      try {
        chunks.add(new byte[CHUNK_BYTES - ARRAY_HEADER_BYTES]);
      } catch (OutOfMemoryError full) {
        // Never the service's problem: give back more than was asked for, at once.
        giveBack();
        return false;
      }
    }
    return true;
  }

  void shrink(long bytes) {
    for (long removed = 0; removed < bytes && !chunks.isEmpty(); removed += CHUNK_BYTES) {
      chunks.removeLast();
    }
  }

  /** What the service may need at once when the heap turned out to be full. */
  void giveBack() {
    shrink(GIVEN_BACK_BYTES);
  }

  void clear() {
    chunks.clear();
  }

  long heldBytes() {
    return (long) chunks.size() * CHUNK_BYTES;
  }
}
