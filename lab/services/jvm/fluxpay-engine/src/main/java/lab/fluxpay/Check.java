package lab.fluxpay;

import org.springframework.http.HttpStatus;
import org.springframework.web.server.ResponseStatusException;

/** Checks of request bodies; a violation is a 400 that names the field. */
final class Check {
  private static final int MAX_TEXT = 200;

  private Check() {}

  static void text(String field, String value) {
    if (value == null || value.isBlank() || value.length() > MAX_TEXT) {
      throw new ResponseStatusException(HttpStatus.BAD_REQUEST, field + " must have 1 to " + MAX_TEXT + " characters");
    }
  }

  static void amount(Long value) {
    if (value == null || value <= 0) {
      throw new ResponseStatusException(HttpStatus.BAD_REQUEST, "amount must be a positive whole number");
    }
  }
}
