package firedrill.heapagent;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Locale;

/**
 * Keeps used / max at or above a share until released or expired. One per JVM; every attach talks to the same one.
 */
final class Holder {
  /** Sooner than the fastest scrape (1 s): a collection that takes used below the share is made good before it is seen. */
  private static final long KEEP_EVERY_MS = 100;
  /** Left to the service in any case: room for the collector and for requests in flight. */
  private static final double SPARE_SHARE = 0.05;

  /** Filled this far above the share, so that what a collection frees does not take used below it at once. */
  private static final double MARGIN_SHARE = 0.01;

  private final Heap heap;
  private final Ballast ballast = new Ballast();
  private double share;
  private long deadlineNs;
  private boolean limited;
  private boolean expired;
  private Path statusFile;
  private Thread keeper;

  Holder(Heap heap) {
    this.heap = heap;
  }

  /** Carries out one order; orders are absolute, so the same one twice changes nothing. */
  synchronized String obey(Order order) throws IOException {
    if (order.statusFile() != null) {
      statusFile = order.statusFile();
    }
    switch (order.action()) {
      case HOLD -> hold(order);
      case RELEASE -> {
        expired = false;
        release();
      }
      case STATUS -> { }
    }
    return report();
  }

  private void hold(Order order) {
    share = order.holdShare();
    deadlineNs = System.nanoTime() + order.expiryMs() * 1_000_000;
    expired = false;
    // What survives a collection is what the share must be made of; garbage would vanish under the alert.
    System.gc();
    settle();
    if (keeper == null) {
      keeper = new Thread(this::keep, "firedrill-heap-keeper");
      keeper.setDaemon(true);
      keeper.start();
    }
    notifyAll();
  }

  /** Adds what is missing, or gives back what is too much when an earlier order asked for more. */
  private void settle() {
    long wanted = (long) Math.ceil((share + MARGIN_SHARE) * heap.maxBytes());
    long missing = wanted - heap.usedBytes();
    if (missing > 0) {
      limited = !ballast.grow(missing, () -> heap.headroomBytes() > SPARE_SHARE * heap.maxBytes());
    } else {
      limited = false;
      shrink(-missing - Ballast.CHUNK_BYTES);
    }
  }

  private void shrink(long bytes) {
    if (bytes > 0 && ballast.heldBytes() > 0) {
      ballast.shrink(bytes);
      // Otherwise the state read back would still count what was let go.
      System.gc();
    }
  }

  private synchronized void keep() {
    try {
      while (share > 0) {
        try {
          keepOnce();
        } catch (OutOfMemoryError full) {
          // The keeper must outlive a full heap: it is the one that lets go.
          limited = true;
          ballast.giveBack();
        }
      }
    } catch (InterruptedException stop) {
      release();
    } finally {
      keeper = null;
    }
  }

  private void keepOnce() throws InterruptedException {
    long leftMs = (deadlineNs - System.nanoTime()) / 1_000_000;
    if (leftMs <= 0) {
      // Dead man's switch: the drill that asked for this has not come back.
      expired = true;
      release();
      try {
        report();
      } catch (IOException unwritable) {
        System.err.println("firedrill heap-agent: cannot write " + statusFile + ": " + unwritable);
      }
      return;
    }
    if (heap.usedBytes() < share * heap.maxBytes()) {
      settle();
    }
    wait(Math.min(KEEP_EVERY_MS, leftMs));
  }

  private void release() {
    share = 0;
    limited = false;
    ballast.clear();
    notifyAll();
    System.gc();
  }

  /** The state as JSON, also written to the status file, whole or not at all. */
  private String report() throws IOException {
    long used = heap.usedBytes();
    long max = heap.maxBytes();
    long leftMs = share > 0 ? Math.max(0, (deadlineNs - System.nanoTime()) / 1_000_000) : 0;
    String json = String.format(Locale.ROOT,
        "{\"pid\":%d,\"at_ms\":%d,\"hold\":%.4f,\"held_bytes\":%d,\"used\":%d,\"max\":%d,\"share\":%.4f,"
            + "\"limited\":%b,\"expired\":%b,\"expires_in_ms\":%d}%n",
        ProcessHandle.current().pid(), System.currentTimeMillis(), share, ballast.heldBytes(), used, max,
        max == 0 ? 0 : (double) used / max, limited, expired, leftMs);
    if (statusFile != null) {
      Path part = statusFile.resolveSibling(statusFile.getFileName() + ".part");
      Files.writeString(part, json);
      Files.move(part, statusFile, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
    return json;
  }
}
