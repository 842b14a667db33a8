/** How two spellings of an expression differ, as far as text alone can tell. */
export type ExpressionDifference =
  | { kind: 'same' }
  /** The same words in the same order, but for these numbers, durations and comparisons: another rule. */
  | { kind: 'values'; differences: string[] }
  /** Written otherwise: whether it means the same only a replay can tell. */
  | { kind: 'spelling' }

type Token = { kind: 'text' | 'number' | 'duration' | 'comparison'; text: string; value: number | string }

const TOKEN =
  /#[^\n]*|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`[^`]*`|(?:\d+(?:ms|[smhdwy]))+(?![\w.])|0[xX][\da-fA-F]+|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d+)?|[A-Za-z_:][\w:]*|==|!=|>=|<=|=~|!~|\S/g
const UNIT_MS: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000, y: 31_536_000_000 }

export function compareExpressions(specified: string, loaded: string): ExpressionDifference {
  const [a, b] = [tokensOf(specified), tokensOf(loaded)]
  if (a.length !== b.length) return { kind: 'spelling' }
  const differences: string[] = []
  for (const [index, wanted] of a.entries()) {
    const got = b[index]
    if (got === undefined || got.kind !== wanted.kind) return { kind: 'spelling' }
    if (got.value === wanted.value) continue
    if (wanted.kind === 'text') return { kind: 'spelling' }
    differences.push(`${got.text} instead of ${wanted.text}`)
  }
  return differences.length === 0 ? { kind: 'same' } : { kind: 'values', differences: [...new Set(differences)] }
}

function tokensOf(expr: string): Token[] {
  const tokens: Token[] = []
  let selectors = 0
  for (const [text] of expr.matchAll(TOKEN)) {
    if (text.startsWith('#')) continue
    if (text === '{') selectors++
    if (text === '}') selectors--
    const last = tokens.at(-1)
    // A comma may end a list of matchers.
    if (text === '}' && last?.text === ',') tokens.pop()
    tokens.push(tokenOf(text, selectors > 0))
  }
  return inOrder(tokens)
}

/** The matchers of a selector mean the same in any order. */
function inOrder(tokens: Token[]): Token[] {
  const ordered: Token[] = []
  for (let index = 0; index < tokens.length; index++) {
    const token = tokens[index]
    if (token === undefined) break
    ordered.push(token)
    if (token.text !== '{') continue
    const end = tokens.findIndex(({ text }, other) => other > index && text === '}')
    if (end === -1) continue
    const matchers: Token[][] = [[]]
    for (const inner of tokens.slice(index + 1, end)) {
      if (inner.text === ',') matchers.push([])
      else matchers.at(-1)?.push(inner)
    }
    const key = (matcher: Token[]): string => matcher.map(({ value }) => value).join(' ')
    const comma: Token = { kind: 'text', text: ',', value: ',' }
    matchers.sort((a, b) => (key(a) < key(b) ? -1 : 1))
    ordered.push(...matchers.flatMap((matcher, position) => (position === 0 ? matcher : [comma, ...matcher])))
    index = end - 1
  }
  return ordered
}

function tokenOf(text: string, inSelector: boolean): Token {
  if (/^["'`]/.test(text)) return { kind: 'text', text, value: `"${text.slice(1, -1)}` }
  if (/^\d+(?:ms|[smhdwy])/.test(text))
    return {
      kind: 'duration',
      text,
      value: [...text.matchAll(/(\d+)(ms|[smhdwy])/g)].reduce(
        (sum, [, count, unit]) => sum + Number(count) * (UNIT_MS[unit ?? ''] ?? Number.NaN),
        0,
      ),
    }
  if (/^\.?\d/.test(text)) return { kind: 'number', text, value: Number(text.replaceAll('_', '')) }
  if (!inSelector && /^(?:==|!=|>=|<=|>|<)$/.test(text)) return { kind: 'comparison', text, value: text }
  return {
    kind: 'text',
    text,
    value:
      /^(?:sum|avg|by|without|on|ignoring|and|or|unless|offset|bool|count|min|max|group_left|group_right|topk|bottomk|quantile|stddev|stdvar|group|inf|nan)$/i.test(
        text,
      )
        ? text.toLowerCase()
        : text,
  }
}
