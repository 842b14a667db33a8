export type Comparator = '>' | '>=' | '<' | '<=' | '==' | '!='

/**
 * Whether `value comparator threshold` is true, as PromQL has it (NaN never is, but for !=). Throws for what is no comparator: a journal or
 * plan may hold anything.
 */
export function compares(value: number, comparator: string, threshold: number): boolean {
  switch (comparator) {
    case '>':
      return value > threshold
    case '>=':
      return value >= threshold
    case '<':
      return value < threshold
    case '<=':
      return value <= threshold
    case '==':
      return value === threshold
    case '!=':
      return value !== threshold
    default:
      throw new Error(`unknown comparator ${JSON.stringify(comparator)}`)
  }
}
