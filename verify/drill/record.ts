import { join } from 'node:path'
import { createChaos } from '../../chaos/controller.ts'
import type { Lock } from '../../chaos/socket-lock.ts'
import { measurePart } from '../../chaos/measures.ts'
import { toolPath } from '../../lab/tools/tools.ts'
import { jaegerSource } from '../collect/jaeger-source.ts'
import { lokiSource } from '../collect/loki-source.ts'
import { probeSender } from '../collect/probes.ts'
import { openReceiver } from '../collect/receiver-source.ts'
import { systemClock } from '../drivers/clock.ts'
import { openJournalFile } from '../drivers/journal-file.ts'
import { openTelemetry } from '../drivers/telemetry.ts'
import { inVain } from '../judge/judge.ts'
import type { LastFired, PastDrill } from '../model/past-runs.ts'
import type { Plan } from '../model/plan.ts'
import type { Rung } from '../model/rung.ts'
import type { PlatformFolder } from '../model/platform-folder.ts'
import type { Spec } from '../model/spec.ts'
import type { Target } from '../model/target.ts'
import type { Again, DrillOptions, Ended } from '../run/options.ts'
import type { Ports, Progress } from '../run/ports.ts'
import { runDrill } from '../run/run.ts'
import { cpuWaitSource } from '../targets/cpu-wait-source.ts'
import { deployedDashboard } from '../targets/deployed-dashboard.ts'
import { grafanaLinks } from '../targets/grafana-links.ts'
import { ledgerFolder } from '../targets/ledger-folder.ts'
import { proveWayBack, receiverAddresses } from '../targets/way-back.ts'
import { versionsOf, type Connected } from './connect.ts'
import { loadOf } from './load-of.ts'
import { needsK6 } from './needs-k6.ts'
import { toolVersionText } from './version.ts'

/** The slowest part of the lab to become steady is a JVM whose first answers are slow: its p95 alert may be pending for a window. */
const STEADY_DEADLINE_MS = 90_000

interface Recording {
  runId: string
  folder: string
  /** Whose files and loads are meant. */
  home: Pick<PlatformFolder, 'folder' | 'scripts' | 'background' | 'warmUp'>
  env: NodeJS.ProcessEnv
  signal: AbortSignal
  progress: Progress
  again: () => Promise<Again | null>
  lastFired: LastFired[]
  past: PastDrill[]
  rungs?: Rung[]
  /** Whether the health guard looks on a platform that was brought up for drills as well. */
  guard: boolean
  /** Percent of the error budget that must be left. */
  budgetFloor?: number
  /** The lock of the target's ledger, where it is held already. */
  held?: Lock
  /** Called with each line of the journal. */
  watch?: (line: string) => void
}

/** Opens everything a run needs, runs the plan into `folder`/journal.ndjson, and closes all of it however the run ends. */
export async function record(plan: Plan, spec: Spec, connected: Connected, recording: Recording): Promise<Ended> {
  const { target, credentials, secrets, prometheus, alertmanager } = connected
  const { runId, folder, home, env, signal, progress, again, lastFired, past, rungs, guard, budgetFloor, held, watch } = recording
  const { to, services } = credentials
  const dashboard = deployedDashboard(spec.slo, target, home.folder)
  const links = grafanaLinks(target.grafanaDatasources, home.folder)
  // An open port would keep the program from ending, so all that is open is closed also when the next one cannot be opened.
  const closing = new AsyncDisposableStack()
  try {
    const journal = openJournalFile(join(folder, 'journal.ndjson'), systemClock, secrets, watch)
    closing.defer(() => {
      journal.close()
    })
    const chaos = await createChaos({ target, ledgerDir: ledgerFolder(target.name, env), ...(held === undefined ? {} : { held }) })
    closing.defer(() => chaos.close())
    // An environment of its own has as a rule its own traffic.
    const own = target.kind === 'file' && target.background !== true ? {} : loadsOf(home)
    const k6 = needsK6(plan, spec, own) ? toolPath('k6') : 'k6'
    const load = await loadOf(withLoad(target, plan), { k6, scripts: home.scripts, credentials: services, chaos })
    const addresses = await receiverAddresses(target)
    const receiver = await openReceiver(addresses, systemClock)
    closing.defer(() => receiver.close())
    const untried = await proveWayBack(addresses, receiver)
    if (untried !== undefined) progress.line(untried)
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
        load,
        ...storesOf(connected),
        measures: { measure: (what, part) => measurePart(target, what, part) },
        machine: cpuWaitSource(target),
        probes: probeSender(target.endpoints.services, runId, services),
      },
      {
        runId,
        tool: toolVersionText(),
        target: target.name,
        signal,
        components: await versionsOf(connected),
        steadyDeadlineMs: STEADY_DEADLINE_MS,
        derivedFields: links?.derivedFields ?? null,
        ...(links?.traceToLogs === undefined ? {} : { traceToLogs: links.traceToLogs }),
        ...(dashboard === undefined ? {} : { dashboard }),
        deliveryProbes: target.deliveryProbes === true,
        chatReceivers: target.chatReceivers ?? [],
        usage: usageSince(process.cpuUsage()),
        again,
        inVain,
        lastFired,
        past,
        ...(rungs === undefined ? {} : { rungs }),
        // A platform that is brought up for drills has as a rule nothing to lose, and a failure there says what is wrong with it.
        guardHealth: target.kind === 'file' || guard,
        ...(budgetFloor === undefined ? {} : { budgetFloor }),
        ...own,
      },
    )
  } finally {
    await closing.disposeAsync()
  }
}

/** Of a plan without a load nothing of the cluster is asked for one. */
function withLoad(target: Target, { experiments }: Plan): Target {
  if (experiments.some(({ legs }) => legs.some((leg) => leg.load !== undefined))) return target
  const { load: _, ...others } = target
  return others
}

/** A drill that promises logs or traces was refused without their store (requireStores), so nothing is asked of one that is absent. */
function storesOf({ target, credentials: { to } }: Connected): Pick<Ports, 'loki' | 'jaeger'> {
  const { loki, jaeger } = target.endpoints
  const absent = (store: string) => (): Promise<never> => Promise.reject(new Error(`the target has no ${store}`))
  return {
    loki: loki === undefined ? { queryRange: absent('Loki') } : lokiSource(loki, target.lokiTenant, to.loki),
    jaeger:
      jaeger === undefined
        ? { trace: absent('Jaeger'), known: absent('Jaeger'), tagged: absent('Jaeger') }
        : jaegerSource(jaeger, to.jaeger),
  }
}

function loadsOf({ background, warmUp }: Recording['home']): Pick<DrillOptions, 'background' | 'warmUp'> {
  return { ...(background === undefined ? {} : { background }), ...(warmUp === undefined ? {} : { warmUp }) }
}

function usageSince(begin: NodeJS.CpuUsage): () => { cpuS: number; peakRssBytes: number } {
  return () => {
    const { user, system } = process.cpuUsage(begin)
    // maxRSS is in kilobytes: https://nodejs.org/api/process.html#processresourceusage
    return { cpuS: (user + system) / 1e6, peakRssBytes: process.resourceUsage().maxRSS * 1024 }
  }
}
