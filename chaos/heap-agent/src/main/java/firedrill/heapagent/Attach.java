package firedrill.heapagent;

import com.sun.tools.attach.AgentInitializationException;
import com.sun.tools.attach.VirtualMachine;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * {@code java -jar heap-agent.jar PID hold=0.87,expiry_ms=60000,status=/absolute/file}
 *
 * <p>Prints the state that the target wrote. Exit code 0 done, 1 the attach failed, 2 the order is wrong. Run it as the target's
 * user, on a JDK (not a JRE), without JAVA_TOOL_OPTIONS.
 */
public final class Attach {
  private Attach() {}

  public static void main(String[] args) throws URISyntaxException {
    if (args.length != 2 || !args[0].matches("\\d+")) {
      fail(2, "usage: java -jar heap-agent.jar PID hold=SHARE[,expiry_ms=N][,status=FILE] | release[,status=FILE] | status,status=FILE");
    }
    Order order = null;
    try {
      order = Order.parse(args[1]);
    } catch (IllegalArgumentException bad) {
      fail(2, bad.getMessage());
    }
    String jar = Path.of(Attach.class.getProtectionDomain().getCodeSource().getLocation().toURI()).toAbsolutePath().toString();
    try {
      VirtualMachine target = VirtualMachine.attach(args[0]);
      try {
        target.loadAgent(jar, args[1]);
      } finally {
        target.detach();
      }
      if (order.statusFile() != null) {
        System.out.print(Files.readString(order.statusFile()));
      }
    } catch (AgentInitializationException refused) {
      fail(1, "the agent failed in JVM " + args[0] + ": its standard error says why");
    } catch (Exception error) {
      fail(1, "cannot attach to JVM " + args[0] + ": " + error);
    }
  }

  private static void fail(int code, String message) {
    System.err.println("heap-agent: " + message);
    System.exit(code);
  }
}
