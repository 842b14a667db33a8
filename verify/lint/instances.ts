import type { Configuration } from '../config/configuration.ts'
import type { RuleNode } from '../config/alerting/rule-node.ts'
import { hasSeriesOfOthers, allScrapeJobs } from '../config/configuration.ts'
import { reads } from '../config/deployment/container-files.ts'
import { namedRuleFiles, nearestTo, ruleOwners } from '../config/deployment/loaded-rules.ts'
import type { Workload } from '../config/deployment/workloads.ts'
import type { Cursor } from '../config/yaml/cursor.ts'
import type { Facts } from '../model/facts.ts'
import type { RuleSpec, Spec, TargetSpec } from '../model/spec.ts'
import { selectors } from '../promql/ast.ts'
import { accepts } from '../promql/compare-matchers.ts'
import { parsePromql } from '../promql/parse-promql.ts'
import { noSpecification } from './no-specification.ts'

/** What one instance of a program knows: its own files, and what of the specification it has to do with. */
export interface Instance {
  config: Configuration
  spec: Spec
  /** Whether the specification speaks of it at all. */
  isSpecified: boolean
}

/**
 * The Prometheus of a configuration, each with the rule files that it loads, the jobs that it scrapes and the Alertmanagers that it sends
 * to: what one of them has, another has not. One alone is the configuration as it is.
 */
export function prometheusInstances(config: Configuration, spec: Spec, facts: Facts): Instance[] {
  if (config.prometheus.length < 2) return [{ config, spec, isSpecified: true }]
  const views = config.prometheus.map((root) => viewOf(root, config))
  const alerts = new Set(spec.rules.map(({ alert }) => alert))
  const loads = (view: Configuration): number => new Set(view.rules.filter(({ alert }) => alerts.has(alert)).map(({ alert }) => alert)).size
  const most = Math.max(...views.map(loads))
  const main = views.find((view) => loads(view) === most)
  const scraped = views.map((view) => new Set(allScrapeJobs(view).map((job) => job.string('job_name'))))
  return views.map((view, index) => {
    const isMain = view === main
    const own = spec.rules.filter(({ alert }) => view.rules.some((rule) => rule.alert === alert))
    const nowhere = spec.rules.filter(({ alert }) => !views.some(({ rules }) => rules.some((rule) => rule.alert === alert)))
    const rules = isMain ? [...own, ...nowhere] : own
    const needed = hasSeriesOfOthers(view)
      ? new Set<string>()
      : neededTargets(view.rules, own, spec.platform.targets, scraped[index] ?? new Set(), facts)
    const targets = spec.platform.targets.filter(
      ({ job }) => scraped[index]?.has(job) === true || needed.has(job) || (isMain && !scraped.some((jobs) => jobs.has(job))),
    )
    const isOwn = isMain || own.length > 0
    // One that has none of the specified rules is a Prometheus of its own, with intervals of its own; jobs of a specified name are those.
    const platform = isOwn
      ? { ...spec.platform, targets }
      : { ...noSpecification(view).platform, services: spec.platform.services, targets }
    const isSpecified = spec.platform.because !== 'none' && (isOwn || targets.length > 0)
    return { config: view, isSpecified, spec: { ...spec, rules, platform } }
  })
}

/** The Alertmanagers, each with the rules of the Prometheus that send to it. */
export function alertmanagerInstances(config: Configuration, spec: Spec): Instance[] {
  if (config.alertmanager.length < 2) return [{ config, spec, isSpecified: true }]
  const sending = config.prometheus.map((root) => ({ root, to: receiversOf(root, config) }))
  const views = config.alertmanager.map((alertmanager) => {
    const from = sending.filter(({ to }) => to === undefined || to.includes(alertmanager)).map(({ root }) => root)
    const own = config.prometheus.length < 2 ? [config] : from.map((root) => viewOf(root, config))
    return { ...merged(own, config), alertmanager: [alertmanager], prometheus: config.prometheus.length < 2 ? config.prometheus : from }
  })
  const receivers = new Set(spec.routing.receivers.map(({ name }) => name))
  const has = (view: Configuration): number =>
    view.rules.filter(({ alert }) => spec.rules.some((rule) => rule.alert === alert)).length * 100 +
    view.alertmanager.flatMap((root) => root.items('receivers')).filter((each) => receivers.has(each.string('name') ?? '')).length
  const most = Math.max(...views.map(has))
  const main = views.find((view) => has(view) === most)
  return views.map((view) => {
    const rules = spec.rules.filter(({ alert }) => view === main || view.rules.some((rule) => rule.alert === alert))
    return { config: view, isSpecified: spec.platform.because !== 'none' && view === main, spec: { ...spec, rules } }
  })
}

/** The Alertmanagers that a Prometheus sends to; undefined where its addresses do not say. */
export function receiversOf(prometheus: Cursor, config: Configuration): Cursor[] | undefined {
  const managers = prometheus.items('alerting', 'alertmanagers')
  if (managers.some((manager) => manager.pairs().some(([key]) => /_sd_configs$/.test(key) || key === 'relabel_configs'))) return undefined
  const hosts = managers.flatMap((manager) =>
    manager.items('static_configs').flatMap((entry) => entry.strings('targets').map((target) => target.split(':')[0] ?? '')),
  )
  const found = hosts.map((host) => {
    const owners = neighboursOf(prometheus, config).filter((workload) =>
      [workload.name, workload.container, ...(workload.aliases ?? [])].includes(host),
    )
    return config.alertmanager.filter((root) => owners.some((owner) => reads(owner, root, config)))
  })
  return found.some((each) => each.length === 0) ? undefined : found.flat()
}

/** Containers that run beside it: those of its own compose files, where several deployments stand in the given paths. */
function neighboursOf(root: Cursor, config: Configuration): readonly Workload[] {
  const folders = new Set(config.compose.map(({ text }) => folderIn(text.file)))
  if (folders.size < 2 || config.compose.some((each) => each.pairs('networks').some(([, network]) => network.has('external'))))
    return config.workloads
  const own = new Set(config.workloads.filter((workload) => reads(workload, root, config)).map(({ at }) => folderIn(at.text.file)))
  return own.size === 0 ? config.workloads : config.workloads.filter(({ at }) => own.has(folderIn(at.text.file)))
}

function folderIn(file: string): string {
  return file.replaceAll('\\', '/').split('/').slice(0, -1).join('/')
}

function viewOf(root: Cursor, config: Configuration): Configuration {
  const owners = ruleOwners(config)
  const named = new Set(namedRuleFiles(config))
  // A file that no Prometheus loads is judged with those beside it.
  const isOwn = (file: Cursor): boolean => {
    const { loadedBy, nearest } = owners.get(file) ?? { loadedBy: [], nearest: [] }
    return (loadedBy.length > 0 ? loadedBy : nearest).includes(root)
  }
  const ruleFiles = config.ruleFiles.filter((file) => !named.has(file) || isOwn(file))
  const others = new Set(config.ruleFiles.filter((file) => !ruleFiles.includes(file)).map(({ text }) => text))
  const isHere = ({ at }: { at: Cursor }): boolean => !others.has(at.text)
  const receivers = receiversOf(root, config)
  return {
    ...config,
    prometheus: [root],
    scrapeFragments: config.scrapeFragments.filter((fragment) => nearestTo(fragment, config.prometheus).includes(root)),
    ruleFiles,
    rules: config.rules.filter(isHere),
    recordings: config.recordings.filter(isHere),
    alertmanager: receivers === undefined ? config.alertmanager : config.alertmanager.filter((each) => receivers.includes(each)),
    workloads: [...neighboursOf(root, config)],
  }
}

function merged(views: readonly Configuration[], config: Configuration): Configuration {
  const of = <T>(pick: (view: Configuration) => readonly T[]): T[] => [...new Set(views.flatMap(pick))]
  return { ...config, ruleFiles: of((view) => view.ruleFiles), rules: of((view) => view.rules), recordings: of((view) => view.recordings) }
}

/** Jobs of the specification that the rules of a Prometheus need: those they hold for, and one that exposes each metric. */
function neededTargets(
  rules: readonly RuleNode[],
  specified: readonly RuleSpec[],
  targets: readonly TargetSpec[],
  scraped: ReadonlySet<string | undefined>,
  facts: Facts,
): Set<string> {
  const needed = new Set(
    specified.flatMap(({ holdsFor, experiments }) => [
      ...(holdsFor['job'] ?? []),
      ...experiments.flatMap(({ subject }) => subject['job'] ?? []),
    ]),
  )
  const jobs = new Set(targets.map(({ job }) => job))
  for (const { expr } of rules) {
    const parsed = parsePromql(expr)
    for (const { metric, matchers } of parsed.ok ? selectors(parsed.expr) : []) {
      const exposing = (metric === null || metric === 'up' ? [] : (facts.jobsExposing(metric) ?? [])).filter(
        (job) => jobs.has(job) && matchers.every((matcher) => matcher.label !== 'job' || accepts(matcher, job)),
      )
      if (!exposing.some((job) => scraped.has(job))) for (const job of exposing) needed.add(job)
    }
  }
  return needed
}
