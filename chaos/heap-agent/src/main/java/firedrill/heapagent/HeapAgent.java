package firedrill.heapagent;

import java.io.IOException;

/** Entry in the target JVM. The class is loaded once, so every attach finds the same holder. */
public final class HeapAgent {
  private static final Holder HOLDER = new Holder(new Heap());

  private HeapAgent() {}

  /** @param options see {@link Order}; a bad one fails the attach and changes nothing */
  public static void agentmain(String options) throws IOException {
    HOLDER.obey(Order.parse(options));
  }
}
