import { envName } from '../drivers/k6.ts'
import type { Plan } from '../model/plan.ts'
import type { LoadUse, PlatformSpec } from '../model/spec.ts'
import type { Exported, Manifest } from './chaos-workflow.ts'

export interface Runs {
  namespace: string
  /** Pods of each run; k6 divides the rate among them by execution segments. */
  pods: number
  /** Of each scenario its program, in one file. */
  scripts: ReadonlyMap<string, string>
}

/**
 * The loads of a plan as TestRuns of the k6 Operator, with the scripts in a ConfigMap. A TestRun begins when it is applied: when the plan
 * has it begin is an annotation. https://grafana.com/docs/k6/latest/set-up/set-up-distributed-k6/
 */
export function k6TestRuns(plan: Plan, platform: Pick<PlatformSpec, 'services' | 'targets'>, runs: Runs): Exported {
  const urls = serviceUrls(platform)
  const legs = plan.experiments.flatMap(({ id, startMs, legs: all }) =>
    all.flatMap(({ name, atMs, holdMs, load }) =>
      load === undefined ? [] : [{ experiment: id, leg: name, atMs: startMs + atMs, holdMs, load }],
    ),
  )
  if (legs.length === 0) return { objects: [], leftOut: [] }
  const used = [...new Set(legs.map(({ load }) => load.scenario))].sort()
  const leftOut = used.filter((scenario) => !runs.scripts.has(scenario)).map((scenario) => `scenario ${scenario} has no program`)
  const scripts: Manifest = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: SCRIPTS, namespace: runs.namespace },
    data: Object.fromEntries(used.map((scenario) => [`${scenario}.js`, runs.scripts.get(scenario) ?? ''])),
  }
  return { objects: [scripts, ...legs.map((leg) => testRun(leg, urls, runs))], leftOut }
}

const SCRIPTS = 'firedrill-scenarios'

interface Leg {
  experiment: string
  leg: string
  atMs: number
  holdMs: number
  load: LoadUse
}

function testRun({ experiment, leg, atMs, holdMs, load }: Leg, urls: Record<string, string>, { namespace, pods }: Runs): Manifest {
  const variables: Record<string, string> = {
    ...urls,
    ...Object.fromEntries(Object.entries(load.params).map(([name, value]) => [envName(name), String(value)])),
    RUN_ID: 'exported',
    EXPERIMENT: experiment,
    LEG: leg,
    SUMMARY_PATH: '/tmp/summary.json',
    DURATION_S: String(Math.max(1, Math.ceil(holdMs / 1000))),
  }
  return {
    apiVersion: 'k6.io/v1alpha1',
    kind: 'TestRun',
    metadata: { name: `${experiment}-${leg}`, namespace, annotations: { 'firedrill/begins-after': `${Math.round(atMs / 1000)}s` } },
    spec: {
      parallelism: pods,
      script: { configMap: { name: SCRIPTS, file: `${load.scenario}.js` } },
      arguments: '--no-usage-report --system-tags status,url',
      runner: { env: Object.entries(variables).map(([name, value]) => ({ name, value })) },
    },
  }
}

/** Each service at the address where Prometheus scrapes it: the name and port of its Service. */
function serviceUrls({ services, targets }: Pick<PlatformSpec, 'services' | 'targets'>): Record<string, string> {
  return Object.fromEntries(
    services.flatMap(({ name, job }) => {
      const address = targets.find((target) => target.job === job)?.address
      return address === undefined ? [] : [[`${envName(name)}_URL`, `http://${address}`]]
    }),
  )
}
