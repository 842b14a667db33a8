package lab.fluxpay;

import lab.shared.SharedConfiguration;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Import;

@SpringBootApplication
@Import(SharedConfiguration.class)
public class FluxpayApplication {
  public static void main(String[] args) {
    SpringApplication.run(FluxpayApplication.class, args);
  }
}
