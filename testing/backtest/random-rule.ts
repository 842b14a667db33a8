import { seeded } from '../random/seeded-random.ts'
import { THRESHOLD } from './simulated-rule.ts'
import type { SimulatedRule } from './simulated-rule.ts'

export type Kind = 'honest' | 'busy' | 'restarted' | 'another-for' | 'another-threshold' | 'another-keep' | 'silent'
const KINDS: Kind[] = ['honest', 'honest', 'busy', 'restarted', 'another-for', 'another-threshold', 'another-keep', 'silent']

export interface RandomRule {
  kind: Kind
  rule: SimulatedRule
}

/** A rule with a random signal: mostly near its threshold, for times near its `for`. The same for the same seed. */
export function randomRule(index: number, seed: number, fromMs: number, untilMs: number, kinds: readonly Kind[] = KINDS): RandomRule {
  const random = seeded(seed)
  const pick = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)]!
  const between = (low: number, high: number): number => low + Math.floor(random() * (high - low))
  const kind = pick(kinds)
  const stepMs = pick([15_000, 15_000, 30_000, 60_000])
  const scrapeMs = pick([10_000, 15_000, 15_000])
  const forMs = pick([0, 30_000, 60_000, 60_000, 90_000, 300_000])
  const keepFiringForMs = pick([0, 0, 0, 120_000])
  const steps: SimulatedRule['steps'] = []
  for (let t = fromMs; t < untilMs;) {
    steps.push({ fromMs: t, value: pick([0, 5, THRESHOLD, THRESHOLD + 1, 14, 20]) })
    t += random() < 0.2 ? between(300_000, 2_000_000) : between(1_000, 2 * forMs + 120_000)
  }
  const down: SimulatedRule['down'] = []
  if (kind === 'restarted')
    for (let t = fromMs + between(600_000, 3_000_000); t < untilMs - 900_000; t += between(1_200_000, 4_000_000)) {
      const toMs = t + between(20_000, 400_000)
      down.push({ fromMs: t, toMs })
      t = toMs
    }
  const phaseMs = between(0, stepMs)
  const first = fromMs + ((((phaseMs - fromMs) % stepMs) + stepMs) % stepMs)
  const some = (share: number): Set<number> => {
    const found = new Set<number>()
    for (let t = first + 10 * stepMs; t < untilMs - 300_000; t += stepMs) if (random() < share) found.add(t)
    return found
  }
  const from = (begin: number): Set<number> =>
    new Set(Array.from({ length: Math.ceil((untilMs - first) / stepMs) + 1 }, (_, n) => first + n * stepMs).filter((t) => t >= begin))
  // Where the truth is that a rule differs, no scrape is under way during an evaluation: one may explain anything there.
  const isHonest = kind === 'honest' || kind === 'busy' || kind === 'restarted'
  const slow = isHonest && random() < 0.3 ? 8_000 : 30
  const common = scrapeMs === 10_000 ? 5_000 : scrapeMs
  const before = (((first - fromMs - between(300, common - 300)) % common) + common) % common
  const takes = Array.from({ length: 997 }, () => 3 + Math.floor(random() * slow))
  return {
    kind,
    rule: {
      index,
      forMs,
      keepFiringForMs,
      really: {
        forMs: kind === 'another-for' ? forMs + pick([30_000, 60_000, 120_000]) : forMs,
        threshold: kind === 'another-threshold' ? pick([4, 13, 19]) : THRESHOLD,
        keepFiringForMs: kind === 'another-keep' ? keepFiringForMs + 120_000 : keepFiringForMs,
      },
      stepMs,
      phaseMs,
      scrapeMs,
      scrapePhaseMs: isHonest ? between(0, scrapeMs) : before,
      steps,
      scrapeTakesMs: (n) => takes[n % takes.length] ?? 5,
      missed: kind === 'busy' ? some(0.02) : new Set(),
      down,
      unwritten: kind === 'silent' ? from(fromMs + between(600_000, untilMs - fromMs)) : new Set(),
    },
  }
}
