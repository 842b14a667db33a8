import { HistoryError } from '../backtest/history-port.ts'
import {
  deployedAlertmanager,
  deployedPrometheus,
  logLabels,
  samplesScraped,
  seriesOfTarget,
  tracedServices,
} from '../collect/deployed-source.ts'
import type { DeployedPrometheus } from '../collect/deployed-source.ts'
import { SourceError } from '../collect/http.ts'
import type { ApiOptions } from '../collect/prometheus-api.ts'
import type { InitFile } from '../init/specify.ts'
import { alertmanagerText, prometheusText, ruleFiles, SNAPSHOT } from '../init/deployed-texts.ts'
import { recordingFile, recordingText, typesOf } from '../init/recording-text.ts'
import type { CommandIo } from '../model/command-io.ts'
import { FiredrillError } from '../model/error.ts'
import type { Credentials } from '../model/target.ts'
import { checkUrl, prometheusAccess } from './prometheus-access.ts'
import type { PrometheusPlace } from './prometheus-access.ts'

export interface Addresses extends PrometheusPlace {
  alertmanager?: string
  loki?: string
  jaeger?: string
  concurrency: number
  deadlineMs: number
  /** Whether to ask each target's series. */
  record: boolean
}

/** What runs, as files of a platform's folder and what they do not hold. */
export interface Running {
  from: string[]
  /** prometheus.yml, rule files and alertmanager.yml as they run. */
  texts: InitFile[]
  recordings: InitFile[]
  prometheus?: DeployedPrometheus
  urls: { prometheus?: string; alertmanager?: string; loki?: string; jaeger?: string }
  /** What was not read, and why it was not needed. */
  remarks: string[]
}

/** A target with more samples is recorded by hand: curl TARGET/metrics. */
const MOST_SAMPLES = 20_000
/** What Prometheus has when its configuration says nothing. */
const DEFAULT_INTERVAL_MS = 60_000

/** Asks all parts that are given. @throws FiredrillError (exit code 3) where one does not answer, so that nothing is concluded */
export async function askRunning(io: CommandIo, request: Addresses): Promise<Running> {
  const running: Running = { from: [], texts: [], recordings: [], urls: {}, remarks: [] }
  try {
    let credentials: Credentials | undefined
    if (request.url !== undefined || request.target !== undefined) credentials = await askPrometheus(io, request, running)
    await askOthers(request, credentials, running)
  } catch (error) {
    if (!(error instanceof HistoryError) && !(error instanceof SourceError)) throw error
    throw new FiredrillError('INIT_UNANSWERED', error.message, {
      exitCode: 3,
      next: 'Is the address right, with its path prefix, and may the token read it? Nothing was written.',
      cause: error,
    })
  }
  return running
}

async function askPrometheus(io: CommandIo, request: Addresses, running: Running): Promise<Credentials> {
  const { url, credentials } = prometheusAccess(io, request)
  const again = new Map<string, number>()
  const options: ApiOptions = {
    url,
    credentials,
    concurrency: request.concurrency,
    deadlineMs: request.deadlineMs,
    readOnly: true,
    onAgain: (reason) => again.set(reason, (again.get(reason) ?? 0) + 1),
    signal: io.signal,
  }
  const found = await deployedPrometheus(options)
  running.prometheus = found
  running.urls.prometheus = url
  running.from.push(`${url} (${found.version === null ? 'of unknown version' : `version ${found.version}`})`)
  const interval = usualInterval(found)
  running.texts.push(...ruleFiles(found.groups, interval))
  if (found.config !== null) running.texts.push({ path: SNAPSHOT.prometheus, text: prometheusText(found.config) })
  running.remarks.push(...found.lacking.map((each) => `not read: ${each}`))
  if (request.record) await record(options, found, running)
  for (const [reason, times] of again) io.stderr(`asked again ${times} times after: ${reason}\n`)
  return credentials
}

/** Of each job one target's series, those of the largest that is not too large. */
async function record(options: ApiOptions, found: DeployedPrometheus, running: Running): Promise<void> {
  const types = typesOf(found.metadata)
  const scraped = await samplesScraped(options)
  for (const [job, own] of Map.groupBy(scraped, (each) => each.job)) {
    const file = recordingFile(job)
    const fits = own.filter(({ samples }) => samples > 0 && samples <= MOST_SAMPLES).sort((a, b) => b.samples - a.samples)[0]
    if (file === undefined || fits === undefined) {
      const most = Math.max(0, ...own.map(({ samples }) => samples))
      running.remarks.push(
        `not recorded: ${job}: ${file === undefined ? 'its name is none of a file' : most === 0 ? withoutSample(job, found) : `${most} samples; curl its target's /metrics into recordings/targets/${job}.prom`}`,
      )
      continue
    }
    const { text, leftOut } = recordingText(await seriesOfTarget(options, fits), types, `${fits.instance} by ${options.url}`)
    running.recordings.push({ path: file, text })
    if (leftOut > 0) running.remarks.push(`recorded in part: ${job}: ${leftOut} series that the text format cannot hold`)
  }
}

/** Prometheus says itself why: refused, 404, or a text of no known type. */
function withoutSample(job: string, { targets }: DeployedPrometheus): string {
  const why = targets.find((target) => target.job === job && target.lastError !== '')?.lastError
  return `no target of it gave a sample${why === undefined ? '' : ` (${why})`}`
}

async function askOthers(request: Addresses, credentials: Credentials | undefined, running: Running): Promise<void> {
  const { alertmanager, loki, jaeger, deadlineMs } = request
  /** A token goes to nowhere but where it is meant for. */
  const own = (url: string): Credentials | undefined =>
    running.urls.prometheus !== undefined && new URL(url).origin === new URL(running.urls.prometheus).origin ? credentials : undefined
  if (alertmanager !== undefined) {
    checkUrl(alertmanager, 'Alertmanager')
    const { version, config } = await deployedAlertmanager(alertmanager, own(alertmanager), deadlineMs)
    running.texts.push({ path: SNAPSHOT.alertmanager, text: alertmanagerText(config) })
    running.urls.alertmanager = alertmanager
    running.from.push(`${alertmanager} (Alertmanager ${version})`)
  }
  if (loki !== undefined) {
    checkUrl(loki, 'Loki')
    const labels = await logLabels(loki, own(loki), deadlineMs)
    running.urls.loki = loki
    running.from.push(`${loki} (Loki)`)
    running.remarks.push(
      `no log promise is written: it needs a request whose line is looked for (logs.yaml). Loki has the labels ${labels.join(', ') || 'none'}`,
    )
  }
  if (jaeger !== undefined) {
    checkUrl(jaeger, 'Jaeger')
    const services = await tracedServices(jaeger, own(jaeger), deadlineMs)
    running.urls.jaeger = jaeger
    running.from.push(`${jaeger} (Jaeger)`)
    running.remarks.push(
      `no trace promise is written: it needs a request whose trace is looked for (traces.yaml). Jaeger has ${services.join(', ') || 'no service'}`,
    )
  }
}

/** The interval that most loaded groups have: most likely the server's default. */
export function usualInterval({ groups }: Pick<DeployedPrometheus, 'groups'>): number {
  const counts = [...Map.groupBy(groups, ({ intervalMs }) => intervalMs)].sort(([, a], [, b]) => b.length - a.length)
  return counts[0]?.[0] || DEFAULT_INTERVAL_MS
}
