import type { Mutant } from './mutant.ts'

/** Why a blind change is left out of the score (equivalent), or counts against it and is known (survived). */
export interface Explanation {
  fate: 'equivalent' | 'survived'
  file: RegExp
  /** In the change's words: PATH.OF.THE.PLACE: before -> after. */
  what: RegExp
  operators?: readonly string[]
  because: string
}

export const EXPLANATIONS: readonly Explanation[] = []

export function explanationOf({ file, what, operator }: Mutant): Explanation | undefined {
  return EXPLANATIONS.find(
    (each) => each.file.test(file) && each.what.test(what) && (each.operators === undefined || each.operators.includes(operator)),
  )
}
