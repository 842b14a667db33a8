/**
 * POST /-/reload, as Prometheus and Alertmanager have it: the answer comes when the new configuration is in use, or is 500 with the reason.
 */
export async function reloadByHttp(baseUrl: string, timestampMetric: string): Promise<void> {
  const before = await metricValue(baseUrl, timestampMetric)
  const response = await fetch(`${baseUrl}/-/reload`, { method: 'POST', signal: AbortSignal.timeout(15_000) })
  const text = await response.text()
  if (!response.ok) throw new Error(`[POST] ${baseUrl}/-/reload: ${response.status} ${text.trim()}`)
  const after = await metricValue(baseUrl, timestampMetric)
  if (!(after >= before) || after === 0)
    throw new Error(`[GET] ${baseUrl}/metrics: ${timestampMetric} is ${after} after a reload, it was ${before}`)
}

async function metricValue(baseUrl: string, name: string): Promise<number> {
  const response = await fetch(`${baseUrl}/metrics`, { signal: AbortSignal.timeout(5_000) })
  const line = (await response.text()).split('\n').find((text) => text.startsWith(`${name} `))
  return line === undefined ? Number.NaN : Number(line.slice(name.length + 1))
}
