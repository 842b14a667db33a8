package lab.ratelimiter;

/** The value of the {@code algorithm} query parameter and metric label. */
enum Algorithm {
  TOKEN_BUCKET,
  SLIDING_WINDOW
}
