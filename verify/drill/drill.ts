import { randomBytes } from 'node:crypto'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createChaos } from '../../chaos/controller.ts'
import { labDirectory, labDown, labUp, readState, type LabProgress, type LabState } from '../../lab/stack.ts'
import { secretsFrom } from '../../lab/context.ts'
import { parseOverrides } from '../../lab/overrides.ts'
import { LAB_PARTS } from '../../lab/parts/registry.ts'
import { portsFrom } from '../../lab/parts/ports.ts'
import { labTarget, provideSecrets } from '../../lab/target.ts'
import { toolPath } from '../../lab/tools/tools.ts'
import { alertmanagerSource } from '../collect/alertmanager.ts'
import { jaegerSource } from '../collect/jaeger.ts'
import { lokiSource } from '../collect/loki.ts'
import { probeSender } from '../collect/probes.ts'
import { prometheusSource } from '../collect/prometheus.ts'
import { openReceiver } from '../collect/receiver.ts'
import { FiredrillError } from '../model/error.ts'
import type { Plan, Timing } from '../model/plan.ts'
import type { Spec } from '../model/spec.ts'
import type { Target } from '../model/target.ts'
import { retryable } from '../judge/retryable.ts'
import { subset } from '../plan/subset.ts'
import { timingFromLoaded } from '../plan/timing.ts'
import { systemClock } from '../drivers/clock.ts'
import { openJournalFile } from '../drivers/journal-file.ts'
import { k6Load } from '../drivers/k6.ts'
import { runDrill } from '../run/run.ts'
import type { Again } from '../run/options.ts'
import { openTelemetry } from '../drivers/telemetry.ts'
import type { AlertmanagerSource, Progress, PrometheusSource } from '../run/ports.ts'
import { credentialsOf, hideSecrets, hidingProgress, type AllCredentials } from '../targets/credentials.ts'
import { deployedDashboard } from '../targets/deployed-dashboard.ts'
import { grafanaLinks } from '../targets/grafana-links.ts'
import type { CommandIo } from '../model/command-io.ts'
import { judgeFolder, judgeRun } from './judge-folder.ts'
import { ledgerFolder } from '../targets/ledger-folder.ts'
import { requireNoLeftovers } from '../targets/leftovers.ts'
import { planFor } from './plan-for.ts'
import { openProgress } from './progress-lines.ts'
import { makeRunFolder, newRunId, pointLatestAt, writeJson } from './run-folder.ts'
import type { DrillRequest } from './request.ts'
import { readSpec } from './read-spec.ts'
import { readText } from './read-text.ts'
import { composeTarget, readTargetFile } from '../targets/target-file.ts'
import { toolVersionText } from './version.ts'

const ROOT = resolve(fileURLToPath(new URL('../..', import.meta.url)))
/** The slowest part of the lab to become steady is a JVM whose first answers are slow: its p95 alert may be pending for a window. */
const STEADY_DEADLINE_MS = 90_000

export interface DrillOutcome {
  exitCode: number
  /** null when nothing was run. */
  folder: string | null
}

/** A whole drill: target, plan, run, verdicts, reports; what it started is down again however it ends. */
export async function drill(request: DrillRequest, io: CommandIo): Promise<DrillOutcome> {
  const spec = await readSpec(request.spec, io)
  if (spec === undefined) return { exitCode: 2, folder: null }
  // A wrong selection is said before anything is started.
  planFor(spec, request, io.env)
  const progress = openProgress(io, systemClock)
  try {
    if (request.target !== 'lab') {
      if (request.monitoring !== undefined || request.lab !== undefined)
        throw new FiredrillError('BAD_OPTION', '--monitoring and --lab go with the lab only', {
          next: 'Leave out --target, or say --target lab.',
        })
      const { target, speed } =
        request.target === 'compose' ? { target: composeTarget(io.env), speed: 1 } : readTargetFile(resolve(io.cwd, request.target))
      return await drillOn(target, { ...request, speed }, spec, io, progress)
    }
    const monitoringDir = resolve(io.cwd, request.monitoring ?? join(ROOT, 'monitoring'))
    readText(
      join(monitoringDir, 'prometheus.yml'),
      'MONITORING',
      '--monitoring names a folder with prometheus.yml, alert-rules.yml, alertmanager/ and so on, as monitoring/ has them',
    )
    const overrides =
      request.lab === undefined
        ? {}
        : parseOverrides(readText(resolve(io.cwd, request.lab), 'LAB_OVERRIDES', '--lab names a YAML file'), request.lab, LAB_PARTS)
    // Unfinished business of an earlier drill comes first: its faults may be what keeps the lab from coming up.
    provideSecrets(io.env)
    await recoverLeftovers('lab', progress, io)
    progress.line(`lab: bringing it up (durations divided by ${request.speed})`)
    const wasUp = (await labThatIsUp(io.env)) !== undefined
    const up = await labUp({
      speed: request.speed,
      monitoringDir,
      overrides,
      signal: io.signal,
      env: io.env,
      progress: (event) => {
        labLine(event, progress)
      },
    })
    try {
      progress.line(up.reused ? 'lab: was up already' : `lab: all parts answer after ${Math.round((up.state.readyAfterMs ?? 0) / 1000)} s`)
      return await drillOn(labTarget(up.state), request, spec, io, progress)
    } finally {
      if (!request.keep && !wasUp) {
        progress.line('lab: taking it down')
        await labDown({ env: io.env })
      }
    }
  } finally {
    progress.close()
  }
}

async function drillOn(target: Target, request: DrillRequest, spec: Spec, io: CommandIo, shown: Progress): Promise<DrillOutcome> {
  // What is missing to come in is said before anything is asked or undone.
  const credentials = credentialsOf(target, io.env)
  const secrets = secretsOf(io.env, credentials)
  const progress = hidingProgress(shown, hideSecrets(io, secretsOf({}, credentials)))
  const prometheus = prometheusSource(target.endpoints.prometheus, credentials.to.prometheus)
  const alertmanager = alertmanagerSource(target.endpoints.alertmanager, credentials.to.alertmanager)
  await recoverLeftovers(target.name, progress, io)
  const timing = await loadedTiming(prometheus, alertmanager)
  const plan = planFor(spec, request, io.env, timing)
  progress.line(
    `plan: ${plan.experiments.length} experiments, at most ${Math.round(plan.makespanMs / 1000)} s (lower bound ${Math.round(plan.lowerBoundMs / 1000)} s)`,
  )

  const runId = newRunId(systemClock.now(), randomBytes(2).toString('hex'))
  const folder = makeRunFolder(resolve(io.cwd, request.out ?? join(ROOT, 'reports', runId)))
  writeJson(folder, 'spec.json', spec)
  writeJson(folder, 'plan.json', plan)
  const ended = await record(plan, spec, target, {
    runId,
    folder,
    io,
    progress,
    prometheus,
    alertmanager,
    credentials,
    secrets,
    retries: request.retries,
  })
  const { exitCode, text } = await judgeRun(folder, { color: io.color })
  if (request.out === undefined) pointLatestAt(folder)
  progress.line(`reports: ${folder}`)
  io.stderr(text)
  return { exitCode: ended === 'interrupted' ? 130 : exitCode, folder }
}

async function record(
  plan: Plan,
  spec: Spec,
  target: Target,
  options: {
    runId: string
    folder: string
    io: CommandIo
    progress: Progress
    prometheus: PrometheusSource
    alertmanager: AlertmanagerSource
    credentials: AllCredentials
    secrets: string[]
    retries: number
  },
): Promise<string> {
  const {
    runId,
    folder,
    io,
    progress,
    prometheus,
    alertmanager,
    credentials: { to, services },
    secrets,
    retries,
  } = options
  const dashboard = deployedDashboard(spec.slo, target, ROOT)
  const links = grafanaLinks(target.grafanaDatasources, ROOT)
  // What is open is closed again also when the next thing cannot be opened: an open port would keep the program from ending.
  const closing = new AsyncDisposableStack()
  try {
    const journal = openJournalFile(join(folder, 'journal.ndjson'), systemClock, secrets)
    closing.defer(() => {
      journal.close()
    })
    const chaos = await createChaos({ target, ledgerDir: ledgerFolder(target.name, io.env) })
    closing.defer(() => chaos.close())
    const receiver = await openReceiver(target.endpoints.receiver, systemClock)
    closing.defer(() => receiver.close())
    const telemetry = openTelemetry(target.endpoints.otlp, runId, to.otlp, secrets)
    closing.defer(() => telemetry.shutdown())
    return await runDrill(
      plan,
      spec,
      {
        clock: systemClock,
        journal,
        chaos,
        prometheus,
        alertmanager,
        receiver,
        telemetry,
        progress,
        load: k6Load({ k6: toolPath('k6'), services: target.endpoints.services, credentials: services }),
        loki: lokiSource(target.endpoints.loki, target.lokiTenant, to.loki),
        jaeger: jaegerSource(target.endpoints.jaeger, to.jaeger),
        probes: probeSender(target.endpoints.services, runId, services),
      },
      {
        runId,
        tool: toolVersionText(),
        target: target.name,
        signal: io.signal,
        components: await versionsOf(prometheus, alertmanager),
        steadyDeadlineMs: STEADY_DEADLINE_MS,
        derivedFields: links?.derivedFields ?? null,
        ...(links?.traceToLogs === undefined ? {} : { traceToLogs: links.traceToLogs }),
        ...(dashboard === undefined ? {} : { dashboard }),
        deliveryProbes: target.deliveryProbes === true,
        chatReceivers: target.chatReceivers ?? [],
        usage: usageSince(process.cpuUsage()),
        again: secondAttempts(plan, folder, retries, progress),
        ...(target.kind === 'file' ? {} : { background: { ratePerS: 6 }, warmUp: true }),
      },
    )
  } finally {
    await closing.disposeAsync()
  }
}

/** Asked after each attempt: what could not be told for a passing cause, as long as `retries` lasts. The run itself judges nothing. */
function secondAttempts(plan: Plan, folder: string, retries: number, progress: Progress): () => Promise<Again | null> {
  let left = retries
  return async () => {
    if (left === 0) return null
    left -= 1
    const because = retryable((await judgeFolder(folder)).verdicts, plan)
    const ids = Object.keys(because)
    if (ids.length === 0) return null
    for (const [id, reason] of Object.entries(because)) progress.line(`${id} is tried once more, because of ${reason}`)
    return { plan: subset(plan, ids), because }
  }
}

export async function loadedTiming(prometheus: PrometheusSource, alertmanager: AlertmanagerSource): Promise<Timing> {
  try {
    return timingFromLoaded({
      prometheus: await prometheus.config(),
      flags: await prometheus.flags(),
      alertmanager: (await alertmanager.status()).config,
      groups: await prometheus.rules(),
    })
  } catch (error) {
    if (error instanceof FiredrillError) throw error
    throw new FiredrillError('TARGET_UNREACHABLE', error instanceof Error ? error.message : String(error), {
      exitCode: 3,
      next: 'Is the target up, and are its addresses and credentials right? Nothing was touched.',
      cause: error,
    })
  }
}

async function versionsOf(prometheus: PrometheusSource, alertmanager: AlertmanagerSource): Promise<Record<string, string>> {
  const unknown = (): string => 'unknown'
  return {
    prometheus: await prometheus.buildInfo().catch(unknown),
    alertmanager: await alertmanager.status().then(({ version }) => version, unknown),
  }
}

/** Faults that an earlier, killed drill left behind are undone before anything else happens. */
async function recoverLeftovers(target: string, progress: Progress, io: CommandIo): Promise<void> {
  const undone = await requireNoLeftovers(target, io.env)
  if (undone.length > 0) progress.line(`undone, left behind by an earlier drill: ${undone.join(', ')}`)
}

export async function labThatIsUp(env: NodeJS.ProcessEnv): Promise<LabState | undefined> {
  const state = await readState(labDirectory(env, portsFrom(env).prometheus)).catch(() => undefined)
  return state?.phase === 'up' ? state : undefined
}

function usageSince(begin: NodeJS.CpuUsage): () => { cpuS: number; peakRssBytes: number } {
  return () => {
    const { user, system } = process.cpuUsage(begin)
    // maxRSS is in kilobytes: https://nodejs.org/api/process.html#processresourceusage
    return { cpuS: (user + system) / 1e6, peakRssBytes: process.resourceUsage().maxRSS * 1024 }
  }
}

/** Values of the environment that must not reach the disk. The lab's published defaults ("moalog") are words of every other line. */
export function secretsOf(env: NodeJS.ProcessEnv, { secrets }: Pick<AllCredentials, 'secrets'>): string[] {
  const published = Object.values(secretsFrom({})) as string[]
  // TOKEN_CHECK=true is no secret, and a word of every other line.
  const word = /^(?:true|false|yes|no|on|off|none|null)$/i
  const named = Object.entries(env).flatMap(([name, value]) =>
    /PASSWORD|SECRET|TOKEN|WEBHOOK/.test(name) && value !== undefined && value !== '' && !word.test(value) ? [value] : [],
  )
  return [...new Set([...named, ...secrets])].filter((value) => !published.includes(value))
}

function labLine({ part, event, afterMs }: LabProgress, progress: Progress): void {
  if (event === 'ready' || event === 'reloaded') progress.line(`lab: ${part} ${event} after ${(afterMs / 1000).toFixed(1)} s`)
}
