/** `npm run catalogue`: records what each target of the specification exposes now, from a running lab. */
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { OWN_PLATFORM } from '../../testing/spec/own-platform.ts'
import { FiredrillError } from '../../verify/model/error.ts'
import { formatError } from '../../verify/text/error-text.ts'
import type { Spec } from '../../verify/model/spec.ts'
import { loadSpec } from '../../verify/spec/load.ts'
import { parseExposition } from '../../verify/recordings/exposition.ts'

export interface RecordOptions {
  spec: Spec
  /** Base address of a target on this machine, by job: http://127.0.0.1:9121. */
  addresses: Record<string, string>
  /** For targets with auth: basic. */
  credentials: { username: string; password: string }
  folder?: string
  signal?: AbortSignal
}

/**
 * Writes <job>.prom for each target; all or nothing, so that a half-dead lab does not shrink the catalogue. Answers the number of series by
 * job.
 */
async function recordCatalogue({
  spec,
  addresses,
  credentials,
  folder = path.join(OWN_PLATFORM.recordings, 'targets'),
  signal,
}: RecordOptions): Promise<Record<string, number>> {
  const recordings = await Promise.all(
    spec.platform.targets.map(async (target) => {
      const url = `${addresses[target.job] ?? ''}${target.path ?? '/metrics'}`
      const headers: Record<string, string> =
        target.auth === 'basic'
          ? { authorization: `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64')}` }
          : {}
      const timeout = AbortSignal.timeout(10_000)
      const response = await fetch(url, { headers, signal: signal === undefined ? timeout : AbortSignal.any([timeout, signal]) }).catch(
        (cause: unknown) => {
          throw new FiredrillError('CATALOGUE_UNREACHABLE', `[GET] ${url}: no answer`, {
            exitCode: 3,
            next: 'Start the lab first: firedrill lab up',
            cause,
          })
        },
      )
      if (!response.ok) throw new FiredrillError('CATALOGUE_REFUSED', `[GET] ${url}: ${response.status}`, { exitCode: 3 })
      const text = neutral(await response.text())
      const series = [...parseExposition(target.job, text).metrics.values()].reduce((sum, metric) => sum + metric.series.length, 0)
      if (series < 10) throw new FiredrillError('CATALOGUE_EMPTY', `${url} exposes only ${series} series`, { exitCode: 3 })
      return { job: target.job, text, series }
    }),
  )
  for (const { job, text } of recordings) await writeFile(path.join(folder, `${job}.prom`), text)
  return Object.fromEntries(recordings.map(({ job, series }) => [job, series]))
}

/** Folders of the machine that recorded do not belong in a recording. */
function neutral(text: string): string {
  return text.replace(/"(\/[^";]+)\/([^"/;]+\.ya?ml)/g, '"/etc/prometheus/$2')
}

/** Ports of .env.example, each overridable by the environment. */
function labAddresses(env: NodeJS.ProcessEnv): Record<string, string> {
  const at = (name: string, port: number): string => `http://127.0.0.1:${env[name] ?? port}`
  return {
    'prometheus': at('PROMETHEUS_PORT', 9091),
    'moalog-server': at('MOALOG_SERVER_PORT', 8090),
    'rate-limiter': at('RATE_LIMITER_PORT', 8082),
    'fluxpay-engine': at('FLUXPAY_PORT', 8081),
    'redis-exporter': at('REDIS_EXPORTER_PORT', 9121),
    'mysqld-exporter': at('MYSQLD_EXPORTER_PORT', 9104),
    'rjmx-rate-limiter': at('RJMX_RATE_LIMITER_PORT', 9404),
    'rjmx-fluxpay': at('RJMX_FLUXPAY_PORT', 9405),
    'otel-collector': at('OTEL_METRICS_PORT', 8889),
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    const { spec } = await loadSpec()
    if (spec === undefined)
      throw new FiredrillError('SPEC_UNREADABLE', 'the specification cannot be read', { next: 'firedrill lint says why' })
    const counts = await recordCatalogue({
      spec,
      addresses: labAddresses(process.env),
      credentials: { username: 'actuator', password: process.env['ACTUATOR_PASSWORD'] ?? 'admin' },
    })
    process.stdout.write(
      Object.entries(counts)
        .map(([job, series]) => `${job}: ${series} series\n`)
        .join(''),
    )
  } catch (error) {
    if (!(error instanceof FiredrillError)) throw error
    process.stderr.write(`${formatError(error)}\n`)
    process.exitCode = error.exitCode
  }
}
