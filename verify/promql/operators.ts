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

/** `5 < x` is `x > 5`. */
export const MIRRORED: Readonly<Record<Comparator, Comparator>> = { '>': '<', '<': '>', '>=': '<=', '<=': '>=', '==': '==', '!=': '!=' }

export function isComparator(op: string): op is Comparator {
  return /^(?:[<>]=?|[=!]=)$/.test(op)
}

/** https://prometheus.io/docs/prometheus/latest/querying/operators/#arithmetic-binary-operators */
export const ARITHMETIC: Partial<Record<string, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '%': (a, b) => a % b,
  '^': (a, b) => a ** b,
  'atan2': Math.atan2,
}
