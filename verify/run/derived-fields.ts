/** Derived fields of the deployed Grafana's Loki data source: what makes a link to a trace of a log line. */
export interface DerivedFields {
  /** The provisioning file they stand in. */
  file: string
  /** Those that look into the line; in the file's order. */
  regexes: string[]
  /** The file could not be read. */
  error?: string
}

export interface Cut { traceId: string, regex: string }

/**
 * As Grafana does it: in the browser, so by JavaScript's rules, each field by itself, and the first group counts. Of several fields that fit,
 * the one that gives `wanted`, else the first one. Throws for what is no regex there: that breaks the links of every field.
 */
export function cutTraceId(line: string, regexes: readonly string[], wanted?: string): Cut | null {
  const cuts = regexes.flatMap((regex): Cut[] => {
    const traceId = new RegExp(regex).exec(line)?.[1]
    return traceId === undefined ? [] : [{ traceId, regex }]
  })
  return cuts.find(({ traceId }) => traceId === wanted) ?? cuts[0] ?? null
}
