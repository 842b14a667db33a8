import type { Labels, TargetSpec } from '../../../model/spec.ts'
import { relabelStep, relabelled, type Sent } from '../../../routing/alert-relabelling.ts'
import { remark, warning, type Check, type Remark } from '../../lint-check.ts'
import { scrapeJobs } from '../../../config/configuration.ts'
import type { Cursor } from '../../../config/yaml/cursor.ts'
import { neededSeries, recordedSamples, type NeededSeries } from '../../needed-series.ts'

export const check: Check = {
  meta: {
    id: 'prometheus-keeps-series',
    needs: ['prometheus'],
    title: 'No relabelling removes series or labels that rules use',
    failureTitle: 'Relabelling removes or changes series or labels that rules use',
    why: 'A dropped series, a renamed job or a lost instance label leaves the target up and the rule without result. An exceeded sample_limit or label_limit fails the whole scrape. Every step is applied to the targets and to their recorded series; series that no rule and no panel uses may be dropped.',
    mend: 'In prometheus.yml, take out or narrow the relabel step, limit or label that the finding marks.',
    example: 'metric_relabel_configs:\n  - source_labels: [__name__]\n    regex: redis_.*\n    action: drop',
  },
  *judge(input) {
    const { spec, config, catalogue } = input
    const needed = neededSeries(input)
    for (const prometheus of config.prometheus) {
      for (const job of scrapeJobs(config, prometheus)) {
        const name = job.string('job_name') ?? ''
        if (!spec.platform.targets.some((target) => target.job === name)) continue
        yield* judgeTargets(name, job, spec.platform.targets)
        yield* judgeSeries(
          name,
          job,
          needed.filter((series) => series.job === name),
        )
        const recorded = recordedSamples(catalogue, name)
        const most = job.number('sample_limit')
        if (most !== undefined && most > 0 && most < 2 * recorded)
          yield remark(
            name,
            job.near('sample_limit'),
            `sample_limit above the ${recorded} samples of the recorded target`,
            `sample_limit: ${most}`,
            most < recorded ? 'Prometheus fails every scrape that has more samples than sample_limit' : undefined,
            most < recorded ? 'error' : 'warning',
          )
        for (const key of ['label_limit', 'target_limit', 'body_size_limit', 'honor_labels', 'follow_redirects', 'params']) {
          const value = job.get(key)
          if (
            value === undefined ||
            value.string() === '0' ||
            (key === 'follow_redirects' && value.bool() === true) ||
            (key === 'params' && probes(job)) ||
            (key === 'honor_labels' && (value.bool() === false || relays(job)))
          )
            continue
          yield warning(name, value, `no ${key}`, `${key}: ${value.string() ?? 'set'}`)
        }
        const extra = job
          .items('static_configs')
          .flatMap((entry) => entry.pairs('labels'))
          .find(([label]) => label === 'job' || label === 'instance')
        if (extra !== undefined)
          yield remark(name, extra[1], `no label ${extra[0]}: Prometheus sets it`, `${extra[0]}: ${extra[1].string() ?? ''}`)
      }
    }
  },
}

/** relabel_configs applied to each static target; of discovered targets only what a step changes for all of them. */
function* judgeTargets(name: string, job: Cursor, promised: readonly TargetSpec[]): Generator<Remark> {
  const discovered = job.pairs().some(([key]) => /_sd_configs$/.test(key))
  const own: Labels = { job: name, __scheme__: job.string('scheme') ?? 'http', __metrics_path__: job.string('metrics_path') ?? '/metrics' }
  const targets: Sent[] = job
    .items('static_configs')
    .flatMap((entry) =>
      entry
        .strings('targets')
        .map((address): Sent => ({ labels: { ...own, ...entry.labels('labels'), __address__: address }, unstated: () => false })),
    )
  if (discovered) targets.push({ labels: own, unstated: (label) => label.startsWith('__meta_') || label === '__address__' })
  const reported = new Set<string>()
  for (const target of targets) {
    let now = target
    for (const step of job.items('relabel_configs')) {
      const after = relabelled(now, [relabelStep(step)])
      const action = step.string('action') ?? 'replace'
      const once = (what: string, found: Remark): Remark[] =>
        reported.has(`${what} ${found.at.line}`) ? [] : (reported.add(`${what} ${found.at.line}`), [found])
      if (after === null) {
        yield* once(
          'drop',
          remark(
            name,
            step,
            'a step that keeps the target',
            `${action} in relabel_configs drops ${target.labels['__address__'] ?? 'every target'}`,
          ),
        )
        break
      }
      for (const label of ['job', 'instance', '__address__', '__metrics_path__', '__scheme__']) {
        const before = label === 'instance' ? instanceOf(now) : now.labels[label]
        const observed = label === 'instance' ? instanceOf(after) : after.labels[label]
        if (before === undefined || before === observed || (probes(job) && isProbe(label, observed, promised))) continue
        // From discovery it may well be the same.
        yield* once(
          label,
          remark(
            name,
            step,
            `${label}: ${before}, as Prometheus sets it`,
            `${action} ${label} in relabel_configs: ${observed ?? 'from discovery'}`,
            undefined,
            label === 'job' && observed !== undefined ? undefined : 'warning',
          ),
        )
      }
      now = after
    }
  }
}

/**
 * The target is a parameter of the exporter that is asked, and `instance` is what is probed:
 * https://prometheus.io/docs/guides/multi-target-exporter/
 */
function probes(job: Cursor): boolean {
  return job.items('relabel_configs').some((step) => step.string('target_label') === '__param_target')
}

/** The exporter must be one that the platform has. */
function isProbe(label: string, now: string | undefined, promised: readonly TargetSpec[]): boolean {
  return label === 'instance' || (label === '__address__' && promised.some(({ address }) => address === now))
}

/** The address unless relabelling says otherwise; known only where the address is written. */
function instanceOf({ labels }: Sent): string | undefined {
  return labels['instance'] ?? labels['__address__']
}

/** metric_relabel_configs on the recorded series that rules and panels ask for. */
function* judgeSeries(name: string, job: Cursor, needed: NeededSeries[]): Generator<Remark> {
  const steps = job.items('metric_relabel_configs')
  const reported = new Set<Cursor>()
  for (const { metric, labels, kept } of steps.length === 0 ? [] : needed) {
    let now: Sent = { labels: { __name__: metric, job: name, instance: 'recorded', ...labels }, unstated: () => false }
    for (const step of steps) {
      const after = relabelled(now, [relabelStep(step)])
      const changed =
        after === null ? undefined : ['__name__', ...kept].find((label) => (now.labels[label] ?? '') !== (after.labels[label] ?? ''))
      if (!reported.has(step) && (after === null || changed !== undefined)) {
        reported.add(step)
        yield remark(
          name,
          step,
          `${metric} unchanged`,
          `${step.string('action') ?? 'replace'}${changed === undefined ? '' : ` ${changed}`} in metric_relabel_configs${after === null ? ` drops ${metric}` : changed === undefined ? '' : `: ${after.labels[changed] ?? 'no such label'}`}`,
        )
      }
      if (after === null) break
      now = after
    }
  }
}

/** A push gateway and a federated Prometheus pass on series of others, whose job and instance are to stay. */
function relays(job: Cursor): boolean {
  const targets = job.items('static_configs').flatMap((entry) => entry.strings('targets'))
  return [job.string('job_name') ?? '', job.string('metrics_path') ?? '', ...targets].some((text) => /push-?gateway|federat/i.test(text))
}
