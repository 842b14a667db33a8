import { seeded } from './seeded-random.ts'

const PIECES = [
  ...[
    'up',
    'a:b',
    'x:',
    'orx:',
    'rate(',
    'sum(',
    'sum by (a) (',
    'topk(3, ',
    'absent(',
    'histogram_quantile(0.9, ',
    'time()',
    'vector(1)',
    '(',
    ')',
    '{',
  ],
  ...[
    'by (a, b)',
    'without ()',
    'on(a)',
    'ignoring(b)',
    'group_left',
    'group_left(c)',
    'group_right()',
    'bool',
    '[5m]',
    '[1h30m]',
    '[30m1h]',
    '[5m:]',
    '}',
  ],
  ...[
    'a="b"',
    'b!~"c.*"',
    'on="x"',
    'time="x"',
    "le='1'",
    '__name__="y"',
    '{job="x"}',
    '{}',
    ',',
    '"text"',
    "'x'",
    '"a\\nb"',
    '`r`',
    'é',
    '\u00a0',
    ' ',
    '\n',
  ],
  ...[
    '+',
    '-',
    '*',
    '/',
    '%',
    '^',
    '==',
    '!=',
    '>',
    '>=',
    '<',
    '<=',
    '>/',
    '</',
    'and',
    'or',
    'unless',
    'atan2',
    '!',
    '=',
    '=~',
    '#c\n',
    '@ 3',
    'offset 5m',
  ],
  ...[
    '1',
    '0.5',
    '.5',
    '1e3',
    '5m',
    '0x1f',
    '1.',
    '1_000',
    'inf',
    'NaN',
    'start',
    'end',
    'step',
    'range',
    'fill',
    'SUM(',
    'AND',
    'rate',
    'hour',
    'minute(',
  ],
  ...['clamp_max(', 'holt_winters(', 'label_replace(up, "a", "b", "c", "d")'],
]
const SELECTORS = ['up', 'a:b', 'up{}', 'x{a="b"}', 'x {a="b", le=~\'1|2\'}', 'x{a!="",}', '{job!~"y"}']
const OPERATORS = [...'+ - * / % ^ == != > >= < <='.split(' '), ' and ', ' or ', ' unless ', ' atan2 ']
const MATCHINGS = ['', '', '', 'bool ', 'on (a) ', 'ignoring(a, b) group_left ', 'on(a) group_right (b)', 'bool on () ']

/** Expressions, and texts that nearly are: of pieces in any order, and grown and then broken. Endless, as seeded. */
export function* promqlTexts(seed: number): Generator<string> {
  const random = seeded(seed)
  const below = (limit: number): number => Math.floor(random() * limit)
  const pick = <T>(all: readonly T[]): T => all[below(all.length)] as T
  const space = (): string => pick(['', '', ' ', '\n '])
  const grown = (depth: number): string => {
    if (depth <= 0) return pick([pick(SELECTORS), String(below(100)), '0.5', '1e3', 'time()', "'x'"])
    const inner = grown(depth - 1)
    switch (below(9)) {
      case 0:
        return `rate(${space()}${pick(SELECTORS)}${space()}[${pick(['5m', '1h', '90s', '1m30s', '5'])}])`
      case 1:
        return `${pick(['sum', 'max', 'count', 'group'])}${space()}(${inner})${space()}${pick(['', 'by (a)', 'without(b,le)', 'by ()'])}`
      case 2:
        return `${pick(['sum', 'avg'])} by (${pick(['a', 'a, b', ''])})${space()}(${inner})`
      case 3:
        return `(${inner}${space()})`
      case 4:
        return `${pick(['abs', 'ceil', 'vector', 'absent', 'scalar', 'topk', 'histogram_quantile'])}(${pick(['', '5, '])}${inner})`
      case 5:
        return `${pick(['-', '+'])}${inner}`
      default:
        return `${grown(depth - 1)}${space()}${pick(OPERATORS)}${space()}${pick(MATCHINGS)}${inner}`
    }
  }
  const broken = (text: string): string => {
    const at = below(text.length + 1)
    return random() < 0.5 ? text.slice(0, at) + pick(PIECES) + text.slice(at) : text.slice(0, at) + text.slice(at + 1 + below(4))
  }
  for (;;) {
    yield Array.from({ length: 1 + below(9) }, () => pick(PIECES)).join(pick(['', ' ']))
    const whole = grown(1 + below(4))
    yield whole
    yield broken(whole)
  }
}
