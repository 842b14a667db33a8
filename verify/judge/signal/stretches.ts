/** A time from `fromMs` to `untilMs`, unix ms. */
export type Stretch = readonly [fromMs: number, untilMs: number]

/**
 * Stretches of time in order, those that overlap or touch joined, so that a question costs a search and not a walk: a long drill has tens
 * of thousands of faults and a million answers.
 */
export class Stretches {
  private readonly from: number[] = []
  private readonly until: number[] = []

  constructor(stretches: Iterable<Stretch>) {
    const early: Stretch[] = []
    // One without a begin or an end holds nothing.
    for (const each of stretches) if (each[0] <= each[1] && !this.join(each)) early.push(each)
    if (early.length > 0) for (const each of [...this.taken(), ...early].sort((a, b) => a[0] - b[0])) this.join(each)
  }

  /** False where it begins before the last one did. */
  private join([from, until]: Stretch): boolean {
    const last = this.until.length - 1
    if (from < (this.from[last] ?? -Infinity)) return false
    if (from <= (this.until[last] ?? -Infinity)) this.until[last] = Math.max(this.until[last] ?? until, until)
    else {
      this.from.push(from)
      this.until.push(until)
    }
    return true
  }

  private taken(): Stretch[] {
    const all = this.all()
    this.from.length = 0
    this.until.length = 0
    return all
  }

  /** In order, none touches another. */
  all(): Stretch[] {
    return this.from.map((from, index) => [from, this.until[index] ?? from])
  }

  /** Whether the instant lies in one of them; their end does not belong to them. */
  holds(ms: number): boolean {
    return ms < (this.until[this.lastBeginBy(ms)] ?? -Infinity)
  }

  /** Whether one of them has an instant in common with [fromMs, untilMs], ends included. */
  meets(fromMs: number, untilMs: number): boolean {
    return fromMs <= (this.until[this.lastBeginBy(untilMs)] ?? -Infinity)
  }

  /** The last that begins at `ms` or before; -1 where none does. */
  private lastBeginBy(ms: number): number {
    let [low, high] = [0, this.from.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.from[middle] ?? Infinity) <= ms) low = middle + 1
      else high = middle
    }
    return low - 1
  }
}
