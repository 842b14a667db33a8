const PATCHED =
  /"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`[^`]*`|(?<comment>#[^\n]*)|(?<![\w.])(?<point>\d[\d_]*\.)(?![\d\w])|(?<![\w:])(?<renamed>holt_winters)(?=\s*\()/gi

/**
 * The same expression, as long and in the same places, as lezer-promql can read it: comments are blanks (its tree has them anywhere as
 * nodes), and it knows
 * neither `1.` nor functions that Prometheus 2 had under another name.
 */
export function lezerText(expr: string): string {
  return expr.replace(PATCHED, (match: string, ...rest: unknown[]) => {
    const { comment, point, renamed } = rest.at(-1) as Record<string, string | undefined>
    if (renamed !== undefined) return 'day_of_month'
    if (point !== undefined) return `0${point.slice(0, -1)}`
    return comment !== undefined ? ' '.repeat(match.length) : match
  })
}
