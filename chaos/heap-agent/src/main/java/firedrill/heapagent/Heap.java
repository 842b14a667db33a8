package firedrill.heapagent;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.util.List;

/**
 * Heap use as the alert rule sees it: the sum over the heap pools, which is what Micrometer exports as
 * jvm_memory_used_bytes and jvm_memory_max_bytes with area="heap".
 */
final class Heap {
  private final List<MemoryPoolMXBean> pools =
      ManagementFactory.getMemoryPoolMXBeans().stream().filter(pool -> pool.getType() == MemoryType.HEAP).toList();

  long usedBytes() {
    return pools.stream().mapToLong(pool -> pool.getUsage().getUsed()).sum();
  }

  /** Pools without a maximum of their own (G1's Eden and Survivor report -1) add nothing, as in the rule's sum. */
  long maxBytes() {
    return pools.stream().mapToLong(pool -> Math.max(0, pool.getUsage().getMax())).sum();
  }

  /** What can still be allocated before the JVM would have to fail. */
  long headroomBytes() {
    Runtime runtime = Runtime.getRuntime();
    return runtime.maxMemory() - (runtime.totalMemory() - runtime.freeMemory());
  }
}
