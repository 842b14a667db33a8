package lab.shared;

import org.springframework.context.annotation.ComponentScan;
import org.springframework.context.annotation.Configuration;

/** Imported by both services. */
@Configuration
@ComponentScan
public class SharedConfiguration {}
