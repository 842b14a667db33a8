package lab.shared;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import java.time.Duration;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Switches that make a stand-in break what the platform promises of its metrics: lab/services/README.md. All are off by default. */
@Configuration
class Switches {
  private static final String REQUESTS = "http.server.requests";

  /**
   * LAB_NO_BUCKETS: count and sum alone. LAB_SLOW_BUCKETS_ONLY: no boundary below 1 s, so that histogram_quantile(0.95) is above 0.5 for ever.
   * Without an order of its own it comes after Spring Boot's, which has the boundaries of common.yml.
   */
  @Bean
  MeterFilter buckets(
      @Value("${lab.no-buckets:false}") boolean none, @Value("${lab.slow-buckets-only:false}") boolean slowOnly) {
    return new MeterFilter() {
      @Override
      public DistributionStatisticConfig configure(Meter.Id id, DistributionStatisticConfig config) {
        if (!id.getName().equals(REQUESTS) || !(none || slowOnly)) {
          return config;
        }
        double[] boundaries = none ? new double[0] : new double[] {Duration.ofSeconds(1).toNanos(), Duration.ofSeconds(10).toNanos()};
        return DistributionStatisticConfig.builder()
            .percentilesHistogram(false)
            .serviceLevelObjectives(boundaries)
            .build()
            .merge(config);
      }
    };
  }
}
