import type { Labels, Spec } from '../model/spec.ts'
import { alertLabels, nearMisses, sentBy } from '../config/alerting/routed-alerts.ts'
import { optionalReceivers, promisedReceivers } from '../routing/tree.ts'
import type { Configuration } from '../config/configuration.ts'
import { runTool } from './promtool.ts'

export interface RoutingResult {
  subject: string
  labels: Labels
  expected: string[]
  observed: string[]
  ok: boolean
  /** It never reaches Alertmanager. */
  dropped?: boolean
}

/** `amtool config routes test` for every alert of the specification and for label sets beside them. */
export async function testRoutes(
  amtool: string,
  configFile: string,
  spec: Spec,
  config: Pick<Configuration, 'prometheus' | 'alertmanager'>,
  signal?: AbortSignal,
): Promise<{ results: RoutingResult[]; broken: string | null }> {
  const probes = [
    ...spec.rules.flatMap((rule) => alertLabels(rule).map((labels) => ({ subject: rule.alert, labels }))),
    ...nearMisses(spec, config).map((labels) => ({ subject: 'any alert', labels })),
  ]
  const promised = new Set(probes.filter(({ subject }) => subject !== 'any alert').map(({ labels }) => labels))
  const optional = optionalReceivers(spec.routing)
  const results: RoutingResult[] = []
  // One at a time would be all start-up time; two cores take four without harm.
  const queue = [...probes]
  let broken: string | null = null
  await Promise.all(
    Array.from({ length: 4 }, async () => {
      for (let probe = queue.shift(); probe !== undefined && broken === null; probe = queue.shift()) {
        const { subject, labels } = probe
        const observed = new Set<string>()
        const sent = sentBy(config, labels)
        for (const way of sent) {
          const ran = await runTool(
            amtool,
            [
              'config',
              'routes',
              'test',
              `--config.file=${configFile}`,
              ...Object.entries(way).map(([label, value]) => `${label}=${value}`),
            ],
            signal === undefined ? {} : { signal },
          )
          if (ran.code !== 0) {
            broken = `${ran.stdout}${ran.stderr}`.trim().split('\n').slice(0, 8).join('\n')
            return
          }
          for (const name of ran.stdout.trim().split('\n').at(-1)?.split(',') ?? []) if (name.trim() !== '') observed.add(name.trim())
        }
        // The specification says nothing about other alerts than its own.
        if (sent.length === 0 && !promised.has(labels)) continue
        const expected = promisedReceivers(spec.routing, labels)
        const ok =
          expected.every((name) => observed.has(name)) && [...observed].every((name) => expected.includes(name) || optional.has(name))
        results.push({ subject, labels, expected, observed: [...observed], ok, ...(sent.length === 0 ? { dropped: true } : {}) })
      }
    }),
  )
  return { results, broken }
}
