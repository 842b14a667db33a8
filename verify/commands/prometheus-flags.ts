import { readFileSync } from 'node:fs'
import path from 'node:path'
import { InvalidArgumentError, type Command } from 'commander'
import type { PrometheusPlace } from '../drill/prometheus-access.ts'
import { FiredrillError } from '../model/error.ts'
import { parseDuration } from '../promql/duration.ts'
import { present } from '../text/present.ts'

export interface PrometheusFlags {
  prometheus?: string
  target?: string
  bearerTokenEnv?: string
  bearerTokenFile?: string
  tenant?: string
  concurrency: number
  timeout: number
}

/** The options of every command that reads a Prometheus which is not the lab's. */
export function withPrometheus(command: Command): Command {
  return command
    .option('--prometheus <url>', 'address, with the path prefix of a proxy, Thanos or Mimir')
    .option('--target <file>', 'take address and credentials of Prometheus from a target file, or a name in targets/')
    .option('--bearer-token-env <variable>', 'environment variable that holds a bearer token')
    .option('--bearer-token-file <file>', 'file that holds a bearer token')
    .option('--tenant <id>', 'X-Scope-OrgID of Mimir, Cortex or Thanos')
    .option('--concurrency <n>', 'requests at a time', upTo64, 4)
    .option('--timeout <duration>', 'of one request', duration, 120_000)
}

/** Which Prometheus is read, and how: the part of a request that these options make. */
export function readingFrom(flags: PrometheusFlags, cwd: string): PrometheusPlace & { concurrency: number; deadlineMs: number } {
  return { ...placeFrom(flags, cwd), concurrency: flags.concurrency, deadlineMs: flags.timeout }
}

function placeFrom(flags: PrometheusFlags, cwd: string): PrometheusPlace {
  const token = flags.bearerTokenFile === undefined ? undefined : tokenIn(path.resolve(cwd, flags.bearerTokenFile))
  return present({ url: flags.prometheus, target: flags.target, token, tokenEnv: flags.bearerTokenEnv, tenant: flags.tenant })
}

export function duration(text: string): number {
  const ms = parseDuration(text)
  if (ms === undefined || ms === 0) throw new InvalidArgumentError('it is no duration such as 12h or 7d')
  return ms
}

function upTo64(text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1 || value > 64) throw new InvalidArgumentError('it is no whole number from 1 to 64')
  return value
}

function tokenIn(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch (error) {
    throw new FiredrillError('TOKEN_UNREADABLE', `the token cannot be read: ${(error as NodeJS.ErrnoException).code ?? String(error)}`, {
      place: { file },
      next: 'Check the path and its permissions.',
      cause: error,
    })
  }
}
