/** Test code: how the CPU time of judging grows with the number of rules. */
import type { Journal } from '../../verify/model/journal.ts'
import { judge } from '../../verify/judge/judge.ts'
import { cpuMs } from '../machine/cpu-time.ts'
import { manyRules } from './many-rules.ts'

/**
 * CPU time, ms, of judging so many rules, and four times as many. The least of four: what others take away, caches too, is no part of it.
 */
export function judgingTime(count: number, change?: (run: Journal) => Journal): { few: number; many: number } {
  const [few, many] = [manyRules(count, change), manyRules(4 * count, change)]
  const takenBy = (journal: Journal): number => {
    const beganMs = cpuMs()
    judge(journal)
    return cpuMs() - beganMs
  }
  // The first is for the compiler.
  takenBy(few)
  // In turn, so that a busy moment meets both.
  const taken = Array.from({ length: 4 }, () => ({ few: takenBy(few), many: takenBy(many) }))
  return { few: Math.min(...taken.map((each) => each.few)), many: Math.min(...taken.map((each) => each.many)) }
}
