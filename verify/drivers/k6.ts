import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { LoadSummary } from '../model/journal.ts'
import type { LoadUse } from '../model/spec.ts'
import type { Credentials } from '../model/target.ts'
import { K6Slices } from './k6-slices.ts'
import type { EndedLoad, Load, LoadStart } from '../run/ports.ts'

/**
 * k6's exit code after SIGINT: the drill ended the leg, nothing went wrong.
 * https://github.com/grafana/k6/blob/master/errext/exitcodes/codes.go
 */
const STOPPED = 105
const LAST_LINES = 8

/** Of every k6: it prints each answer with its time, because a window of Prometheus is never the whole leg that a summary covers. */
export const RUN: readonly string[] = ['run', '--quiet', '--no-color', '--no-usage-report', '--out', 'csv=-', '--system-tags', 'status,url']
export const CSV_TIME = { K6_CSV_TIME_FORMAT: 'unix_milli' }

/** What a scenario reads of its leg. */
export function scenarioVariables(
  use: LoadUse,
  services: Readonly<Record<string, string>>,
  { experiment, leg, runId, maxMs }: LoadStart,
): Record<string, string> {
  return {
    ...Object.fromEntries(Object.entries(services).map(([name, url]) => [`${envName(name)}_URL`, url])),
    ...Object.fromEntries(Object.entries(use.params).map(([name, value]) => [envName(name), String(value)])),
    RUN_ID: runId,
    EXPERIMENT: experiment,
    LEG: leg,
    DURATION_S: String(Math.max(1, Math.ceil(maxMs / 1000))),
  }
}

/** Where Go looks for authorities besides its bundle: https://go.dev/src/crypto/x509/root_linux.go */
export const AUTHORITIES = '/etc/ssl/certs:/etc/pki/tls/certs'

/**
 * Runs scenarios with the k6 binary, one process a leg. `services` are base URLs by name, `credentials` what those ask for that do.
 */
export function k6Load(options: {
  k6: string
  services: Record<string, string>
  /** Scenario -> its script. */
  scripts: Readonly<Record<string, { script: string }>>
  credentials?: Record<string, Credentials>
}): Load {
  return {
    start(use, begin) {
      const folder = mkdtempSync(join(tmpdir(), 'firedrill-k6-'))
      const summaryPath = join(folder, 'summary.json')
      const variables: Record<string, string> = { ...scenarioVariables(use, options.services, begin), SUMMARY_PATH: summaryPath }
      const argv = [
        ...RUN,
        // No REST API: several k6 run at once, and no other process may steer them.
        '--address',
        '',
        ...Object.entries(variables).flatMap(([name, value]) => ['-e', `${name}=${value}`]),
        options.scripts[use.scenario]?.script ?? use.scenario,
      ]
      const child = spawn(options.k6, argv, {
        stdio: ['ignore', 'pipe', 'pipe'],
        env: {
          PATH: process.env['PATH'] ?? '',
          HOME: folder,
          K6_NO_USAGE_REPORT: 'true',
          ...CSV_TIME,
          GOMAXPROCS: '1',
          ...secretly(options.credentials ?? {}, folder),
        },
        detached: true,
      })
      const slices = new K6Slices(options.services)
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        slices.write(text)
      })
      const errors: string[] = []
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        errors.push(...text.split('\n').filter((line) => line !== ''))
        errors.splice(0, Math.max(0, errors.length - LAST_LINES))
      })
      const done = new Promise<EndedLoad>((resolve) => {
        child.once('error', (error) => {
          resolve({ exitCode: -1, summary: null, error: `k6 could not be started: ${error.message}` })
        })
        child.once('close', (code) => {
          const exitCode = code ?? -1
          const written = readSummary(summaryPath)
          const finished = slices.finish()
          const rows = slices.finishRows()
          const summary = written === null ? null : { ...written, slices: finished, ...(rows.length === 0 ? {} : { rows }) }
          const failed = (exitCode !== 0 && exitCode !== STOPPED) || summary === null
          resolve({
            exitCode,
            summary,
            ...(failed
              ? { error: `k6 ended with exit code ${exitCode}${summary === null ? ' and no summary' : ''}: ${errors.join(' | ')}` }
              : {}),
          })
        })
      }).finally(() => {
        rmSync(folder, { recursive: true, force: true })
      })
      return Promise.resolve({
        done,
        soFar: () => slices.soFar(),
        stop: async () => {
          child.kill('SIGINT')
          // A k6 that ignores the first signal for 10 s is ended by the second; its leg is then judged as short of load.
          const hard = setTimeout(() => {
            child.kill('SIGKILL')
          }, 10_000)
          try {
            return await done
          } finally {
            clearTimeout(hard)
          }
        },
      })
    },
  }
}

/**
 * By the environment, which only the owner of a process can read; what is in argv everybody can. Scenarios find them as <SERVICE>_HEADERS.
 */
function secretly(credentials: Record<string, Credentials>, folder: string): Record<string, string> {
  const { headers, authorities, plain } = secretsOfServices(credentials)
  const trusted = join(folder, 'authorities')
  if (Object.keys(authorities).length > 0) mkdirSync(trusted)
  for (const [name, text] of Object.entries(authorities)) writeFileSync(join(trusted, name), text)
  return { ...headers, ...plain, ...(Object.keys(authorities).length === 0 ? {} : { SSL_CERT_DIR: `${trusted}:${AUTHORITIES}` }) }
}

/** `headers`: secret variables; `authorities`: certificates by file name; `plain`: variables that everybody may read. */
export function secretsOfServices(
  credentials: Record<string, Credentials>,
): Record<'headers' | 'authorities' | 'plain', Record<string, string>> {
  const entries = Object.entries(credentials)
  return {
    headers: Object.fromEntries(entries.map(([name, { headers }]) => [`${envName(name)}_HEADERS`, JSON.stringify(headers)])),
    authorities: Object.fromEntries(entries.flatMap(([, { tls }]) => tls?.ca ?? []).map((text, index) => [`${index}.pem`, text])),
    // A redirect would take the headers along to wherever it leads; and a login page that answers 200 is no answer of the service.
    plain: entries.some(([, { headers }]) => Object.keys(headers).length > 0) ? { K6_MAX_REDIRECTS: '0' } : {},
  }
}

/** slowShare, web-shop -> SLOW_SHARE, WEB_SHOP. */
export function envName(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/-/g, '_')
    .toUpperCase()
}

function readSummary(path: string): LoadSummary | null {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as LoadSummary
  } catch {
    return null
  }
}
