/** Test code: an honest run in which one service is asked once a second, with a fault in force from second 21.8 to 56.8. */
import type { AnswerRow, Journal, JournalBody } from '../../verify/model/journal.ts'
import type { AnswerPromise, HttpProbe } from '../../verify/model/spec.ts'
import { alter, EXPERIMENT, run, withEntries } from './honest-run.ts'
import { ZERO_MS } from '../virtual/virtual-journal.ts'

const REQUEST: HttpProbe = { service: 'shop', method: 'GET', path: '/cart?id={stamp}', headers: {}, expectStatus: 200 }
export const FAULT = { fromS: 21.8, toS: 56.8 }
const PROMISE: AnswerPromise = { request: REQUEST, withinMs: 1_000, share: 1, because: 'The cart does without the harmed part.' }

/** `answer` says what becomes of the request that is sent `atS` seconds after the drill's begin. */
export function answeredRun(options: {
  answer?: (atS: number) => { status?: number; tookMs?: number }
  promise?: Partial<AnswerPromise> | null
  /** Another experiment's fault, in force from second to second; `promises`: that the same request is answered. */
  other?: { fromS: number; toS: number; effects: string[]; promises?: boolean }
}): Journal {
  const { answer = () => ({}), promise, other } = options
  const rows = Array.from({ length: 80 }, (_, row): AnswerRow => {
    const { status = 200, tookMs = 5 }: { status?: number; tookMs?: number } = answer(row)
    return [row, row * 1_000, tookMs, status]
  })
  const faults = (other === undefined ? [] : (['inject', 'undo'] as const)).map((phase): JournalBody => {
    const atMs = ZERO_MS + (phase === 'inject' ? (other?.fromS ?? 0) : (other?.toS ?? 0)) * 1_000
    return {
      kind: 'fault',
      experiment: 'other',
      leg: 'fire',
      phase,
      fault: 'break',
      target: 'other',
      startedMs: atMs,
      effectiveMs: atMs,
      ok: true,
      detail: '',
    }
  })
  const answers: JournalBody = { kind: 'answers', prefix: 'r-answers-', requests: [REQUEST], startedMs: ZERO_MS, rows }
  return alter(withEntries(run(), answers, ...faults), 'header', (entry) => {
    const rules = entry.spec.rules.map((rule) => ({
      ...rule,
      experiments: rule.experiments.flatMap((each) => [
        each.id === EXPERIMENT && promise !== null ? { ...each, keepsAnswering: [{ ...PROMISE, ...promise }] } : each,
        ...(other === undefined
          ? []
          : [{ ...each, id: 'other', effects: other.effects, ...(other.promises === true ? { keepsAnswering: [PROMISE] } : {}) }]),
      ]),
    }))
    return { ...entry, spec: { ...entry.spec, rules } }
  })
}
