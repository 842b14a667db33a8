import type { PlannedTurn } from '../model/plan.ts'

/** "heap-pressure-shop of 7 experiments that take turns (longest ago, in RUN; --seed 4 chooses it again)"; undefined where none does. */
export function turnText(turn: PlannedTurn | undefined): string | undefined {
  if (turn === undefined || turn.among.length === 0) return undefined
  const { chosen, among, seed, because } = turn
  const what = chosen.length === 0 ? 'none' : chosen.length === among.length ? 'all' : chosen.join(', ')
  const again = chosen.length === 1 && because !== `--seed ${seed}` ? `; --seed ${seed} chooses it again` : ''
  return `${what} of ${among.length} experiments that take turns (${because}${again})`
}
