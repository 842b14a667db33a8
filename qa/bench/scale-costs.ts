/**
 * What a drill of a platform of any size costs, on the virtual platform of the tests: `node qa/bench/scale-costs.ts [SERVICES [SPEED]]`;
 * without an argument of the delivered specification. Prints one JSON object: the plan, and the requests to Prometheus and Alertmanager of
 * the whole drill. Traces, logs, outages and the dashboard are left out. docs/scale.md has the figures.
 */
import { compressExpr } from '../../verify/compress/compress.ts'
import type { Plan } from '../../verify/model/plan.ts'
import type { Spec } from '../../verify/model/spec.ts'
import { judge } from '../../verify/judge/judge.ts'
import { plan } from '../../verify/plan/make-plan.ts'
import { runDrill } from '../../verify/run/run.ts'
import { loadSpec } from '../../verify/spec/load.ts'
import { parseSpec } from '../../verify/spec/parse-spec.ts'
import { cpuMs } from '../../testing/machine/cpu-time.ts'
import { largeSpec } from '../../testing/spec/large-spec.ts'
import { virtualPlatform } from '../../testing/virtual/virtual-platform.ts'

const [services, speed = '15'] = process.argv.slice(2)

async function specified(): Promise<Spec> {
  const of = Number(services)
  const { spec, problems } =
    services === undefined ? await loadSpec() : parseSpec(largeSpec({ services: of, experiments: 4 * of, targets: 20 * of }))
  if (spec === undefined) throw new Error(problems.map(String).join('\n'))
  return { ...spec, traces: [], logs: [], outages: [], slo: { ...spec.slo, panels: [] } }
}

/** Calls of each function of a port, by name. */
function counted<T extends object>(port: T, counts: Map<string, number>): T {
  return new Proxy(port, {
    get(of, key) {
      const value: unknown = Reflect.get(of, key)
      if (typeof value !== 'function') return value
      return (...given: unknown[]): unknown => {
        counts.set(String(key), (counts.get(String(key)) ?? 0) + 1)
        return Reflect.apply(value, of, given)
      }
    },
  })
}

function taken<T>(work: () => T): { result: T; cpu: number } {
  const beganMs = cpuMs()
  const result = work()
  return { result, cpu: Math.round(cpuMs() - beganMs) }
}

/** Loads that are planned to run at the same moment, at most. */
function loadsAtOnce({ experiments }: Plan): number {
  const legs = experiments.flatMap(({ startMs, legs: all }) =>
    all.filter(({ load }) => load !== undefined).map(({ atMs, holdMs }) => ({ fromMs: startMs + atMs, toMs: startMs + atMs + holdMs })),
  )
  return Math.max(0, ...legs.map(({ fromMs }) => legs.filter((other) => other.fromMs <= fromMs && fromMs < other.toMs).length))
}

const spec = await specified()
const made = taken(() => plan(spec, { speed: Number(speed), compressExpr }))
const { world, stop } = virtualPlatform(made.result, spec)
const [prometheus, alertmanager] = [new Map<string, number>(), new Map<string, number>()]
const ports = { ...world, prometheus: counted(world.prometheus, prometheus), alertmanager: counted(world.alertmanager, alertmanager) }
const beganMs = world.clock.now()
const beganCpuMs = cpuMs()
const ended = await world.clock.drive(
  runDrill(made.result, spec, ports, {
    runId: 'scale',
    tool: 'scale-costs',
    target: 'virtual',
    components: {},
    signal: new AbortController().signal,
    steadyDeadlineMs: 60_000,
    derivedFields: null,
  }).finally(stop),
)
const runCpu = Math.round(cpuMs() - beganCpuMs)
const judged = taken(() => judge({ entries: world.entries, problems: [] }))
const { experiments, conflicts, makespanMs, lowerBoundMs } = made.result
process.stdout.write(
  `${JSON.stringify(
    {
      ended,
      experiments: experiments.length,
      conflicts: conflicts.length,
      makespanS: Math.round(makespanMs / 1000),
      ratio: makespanMs / lowerBoundMs,
      loadsAtOnce: loadsAtOnce(made.result),
      tookS: Math.round((world.clock.now() - beganMs) / 1000),
      prometheus: Object.fromEntries(prometheus),
      alertmanager: Object.fromEntries(alertmanager),
      journal: { entries: world.entries.length, bytes: world.entries.reduce((sum, entry) => sum + JSON.stringify(entry).length, 0) },
      cpuMs: { plan: made.cpu, run: runCpu, judge: judged.cpu },
    },
    null,
    1,
  )}\n`,
)
