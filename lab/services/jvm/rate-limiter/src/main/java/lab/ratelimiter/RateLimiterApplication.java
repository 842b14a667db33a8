package lab.ratelimiter;

import lab.shared.SharedConfiguration;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Import;

@SpringBootApplication
@Import(SharedConfiguration.class)
public class RateLimiterApplication {
  public static void main(String[] args) {
    SpringApplication.run(RateLimiterApplication.class, args);
  }
}
