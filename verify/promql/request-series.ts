/** Labels by which HTTP servers count requests: Micrometer, axum, OpenTelemetry and the exporters' conventions. */
export const STATUS_LABELS = ['status', 'code', 'status_code', 'http_status', 'http_response_status_code']
export const PATH_LABELS = ['endpoint', 'uri', 'path', 'route', 'handler', 'http_route']
const SCRAPE_PATH = /\/(metrics|prometheus)\/?$/

interface Counted {
  metric: Record<string, string>
}

export const isError = ({ metric }: Counted): boolean => /^5/.test(labelOf(metric, STATUS_LABELS))
export const isScrape = ({ metric }: Counted): boolean => SCRAPE_PATH.test(labelOf(metric, PATH_LABELS))

/** Value of the first of these labels that the series has. */
export function labelOf(metric: Record<string, string>, names: readonly string[]): string {
  const name = names.find((candidate) => metric[candidate] !== undefined)
  return name === undefined ? '' : (metric[name] ?? '')
}
