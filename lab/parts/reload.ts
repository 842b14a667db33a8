import { setTimeout as delay } from 'node:timers/promises'

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

/**
 * SIGHUP, which Prometheus takes without --web.enable-lifecycle
 * (https://prometheus.io/docs/prometheus/latest/configuration/configuration/). It has no answer, so the metrics of the last reload are
 * awaited: `metric`_success_timestamp_seconds after a good one, `metric`_successful after a refusal.
 */
export async function reloadBySignal(baseUrl: string, metric: string, hangUp: () => Promise<void>, withinMs = 15_000): Promise<void> {
  const timestamp = `${metric}_success_timestamp_seconds`
  const successful = `${metric}_successful`
  const before = await metricValue(baseUrl, timestamp)
  const wasGood = (await metricValue(baseUrl, successful)) === 1
  const deadline = performance.now() + withinMs
  await hangUp()
  while (!((await metricValue(baseUrl, timestamp)) > before)) {
    // After an earlier refusal a second one shows nowhere.
    if (wasGood && (await metricValue(baseUrl, successful)) === 0)
      throw new Error(`[GET] ${baseUrl}/metrics: ${successful} is 0 after SIGHUP: it refuses the new configuration`)
    if (performance.now() >= deadline)
      throw new Error(
        `[GET] ${baseUrl}/metrics: ${timestamp} is still ${before} ${withinMs} ms after SIGHUP: no configuration was reloaded`,
      )
    await delay(20)
  }
}

async function metricValue(baseUrl: string, name: string): Promise<number> {
  const response = await fetch(`${baseUrl}/metrics`, { signal: AbortSignal.timeout(5_000) })
  const line = (await response.text()).split('\n').find((text) => text.startsWith(`${name} `))
  return line === undefined ? Number.NaN : Number(line.slice(name.length + 1))
}
