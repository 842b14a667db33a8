package shop.limits;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

@SpringBootApplication
public class LimitsApplication {
  public static void main(String[] args) {
    SpringApplication.run(LimitsApplication.class, args);
  }
}
