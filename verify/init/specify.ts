import { rulesOf } from '../config/alerting/alert-rules.ts'
import { sentBy } from '../config/alerting/routed-alerts.ts'
import { routeTree } from '../config/alerting/route-tree.ts'
import type { Configuration } from '../config/configuration.ts'
import type { RuleNode } from '../config/alerting/rule-node.ts'
import type { FiredrillError } from '../model/error.ts'
import type { Labels, PlatformSpec } from '../model/spec.ts'
import { formatDuration } from '../promql/duration.ts'
import { factsOf } from '../recordings/metrics.ts'
import { routesFor } from '../routing/tree.ts'
import { parseSpec } from '../spec/parse-spec.ts'
import { kebabCase } from '../text/names.ts'
import type { Deployed } from './deployed.ts'
import { noRouting, routingLines } from './routing-file.ts'
import type { Proposal } from './proposed-cause.ts'
import { ruleLines } from './rule-file.ts'
import type { RuleLines } from './rule-file.ts'
import { scrapingOf } from './scrape-targets.ts'
import type { Scraping } from './scrape-targets.ts'
import { comment, entry, flow } from './yaml-lines.ts'

/** A file of the platform's folder, by its path in it. */
export interface InitFile {
  path: string
  text: string
}

/** What became of one rule. */
export interface InitRow {
  alert: string
  group: string
  /** Absent: not expressed, and `reasons` say why. */
  file?: string
  receivers: string[]
  cause: string
  /** Of a rule that is expressed: what of it is in part. */
  reasons: string[]
}

export interface Specified {
  files: InitFile[]
  rows: InitRow[]
  /** What besides rules could not be expressed: routing, targets. */
  others: { what: string; reason: string }[]
  /** What platform.yaml names for the causes: services that load goes to (with their target's address), and parts that faults are in. */
  services: { name: string; job: string; address: string }[]
  parts: string[]
  /** What a fault would be in, service or part: what a target file would have to allow. */
  harmed: string[]
}

/** What is deployed, in the words of a specification: one YAML a rule, routing and platform. Pure. */
export function specify(deployed: Deployed): Specified {
  const scraping = scrapingOf(deployed)
  const [alertmanager] = deployed.config.alertmanager
  const routing = alertmanager === undefined ? noRouting() : routingLines(alertmanager)
  const around = {
    evaluationIntervalMs: scraping.evaluationIntervalMs,
    targets: scraping.targets,
    catalogue: deployed.catalogue,
    means: deployed,
    receivers: (labels: Labels) => receiversOf(deployed.config, labels),
  }
  const taken = new Map<string, string>()
  const written = deployed.config.rules.map((rule) => ({ rule, ...expressed(rule, around, taken) }))
  const named = namedBy(
    written.flatMap(({ lines }) => lines?.proposal ?? []),
    scraping,
  )
  const platform = platformLines(deployed, scraping, named)
  const files = [
    { path: 'spec/platform.yaml', text: textOf(platform) },
    {
      path: 'spec/routing.yaml',
      text: textOf(['because: Copied from what is deployed; not reviewed.', 'reviewed: false', ...routing.lines]),
    },
    ...written.flatMap(({ file, lines }) => (file === undefined || lines === undefined ? [] : [{ path: file, text: textOf(lines.lines) }])),
  ]
  const refused = refusals(files, deployed)
  const rows = written.map(({ rule, file, lines, reason }): InitRow => {
    const problem = file === undefined ? undefined : refused.get(file)
    const isWritten = file !== undefined && lines !== undefined && problem === undefined
    return {
      alert: rule.alert,
      group: rule.group.string('name') ?? '',
      ...(isWritten ? { file } : {}),
      receivers: lines?.receivers ?? around.receivers({ alertname: rule.alert, ...rule.at.labels('labels') }),
      cause: isWritten ? lines.proposal.short : '',
      reasons: isWritten ? lines.remarks : [problem ?? reason ?? ''],
    }
  })
  return {
    ...named,
    files: files.filter(({ path }) => !refused.has(path)),
    rows,
    others: [
      ...routing.remarks.map((reason) => ({ what: 'routing', reason })),
      ...scraping.lacking.map(({ job, reason }) => ({ what: `target ${job}`, reason })),
      ...(scraping.targets.length === 0
        ? [
            {
              what: 'targets',
              reason: 'no scrape target is known: give --prometheus URL, or prometheus.yml; the one in platform.yaml is an example',
            },
          ]
        : []),
      ...['spec/platform.yaml', 'spec/routing.yaml'].flatMap((path) =>
        refused.has(path) ? [{ what: path, reason: refused.get(path) ?? '' }] : [],
      ),
    ],
  }
}

interface Expressed {
  file?: string
  lines?: RuleLines
  reason?: string
}

/** `taken`: files that earlier rules have, by name. */
function expressed(rule: RuleNode, around: Parameters<typeof ruleLines>[1], taken: Map<string, string>): Expressed {
  const name = kebabCase(rule.alert)
  if (name === '') return { reason: 'its name has no letter from a to z and no digit, and the file is called by it' }
  const file = `spec/rules/${name}.yaml`
  const earlier = taken.get(file)
  if (earlier !== undefined)
    return {
      reason:
        earlier === rule.alert
          ? 'another rule of this name is specified, and a specification has one of each name'
          : `its file would be that of ${earlier}`,
    }
  const lines = ruleLines(rule, around)
  if ('reason' in lines) return lines
  taken.set(file, rule.alert)
  return { file, lines }
}

/** Files that the specification's own reader refuses, and rules that lint would compare with another rule of their name. */
function refusals(files: readonly InitFile[], { config, catalogue }: Deployed): Map<string, string> {
  const refused = new Map<string, string>()
  const read = (): ReturnType<typeof parseSpec> =>
    parseSpec(files.filter(({ path }) => !refused.has(path)).map(({ path, text }) => ({ file: path, text })))
  const named = (problems: readonly FiredrillError[]): boolean => {
    const own = problems.filter(({ place }) => place !== undefined && files.some(({ path }) => path === place.file))
    for (const { place, message } of own) if (place !== undefined && !refused.has(place.file)) refused.set(place.file, message)
    return own.length > 0
  }
  let { spec, problems } = read()
  // Once more without them: a problem of one file may be that of another.
  if (named(problems)) ({ spec, problems } = read())
  if (spec === undefined) {
    named(problems)
    return refused
  }
  const known = { config, facts: factsOf(catalogue, spec) }
  for (const rule of spec.rules) {
    const meant = rulesOf(known, rule)
    if (meant.length > 1)
      refused.set(
        `spec/rules/${kebabCase(rule.alert)}.yaml`,
        `${meant.length} rules have this name and these labels: a specification has one of each name`,
      )
  }
  return refused
}

/** The receivers that the written tree notifies of an alert; what alert_relabel_configs change is seen. */
function receiversOf(config: Configuration, labels: Labels): string[] {
  const trees = config.alertmanager.flatMap((root) => routeTree(root) ?? [])
  const found = trees.flatMap((tree) => sentBy(config, labels).flatMap((sent) => routesFor(tree, sent).map(({ receiver }) => receiver)))
  return [...new Set(found)]
}

function namedBy(proposals: readonly Proposal[], { targets }: Scraping): Pick<Specified, 'services' | 'parts' | 'harmed'> {
  const found = new Map(proposals.flatMap(({ service }) => (service === undefined ? [] : [[service.name, service] as const])))
  const services = [...found.values()].map((service) => ({
    ...service,
    address: targets.find(({ job }) => job === service.job)?.address ?? '',
  }))
  const harmed = [...new Set(proposals.flatMap(({ part }) => part ?? []))].sort()
  return { services: services.sort((a, b) => (a.name < b.name ? -1 : 1)), parts: harmed.filter((part) => !found.has(part)), harmed }
}

function platformLines(deployed: Deployed, scraping: Scraping, { services, parts }: Pick<Specified, 'services' | 'parts'>): string[] {
  const targets: PlatformSpec['targets'] = scraping.targets.length > 0 ? scraping.targets : [{ job: 'example', address: 'localhost:80' }]
  return [
    ...entry('because', `Copied from ${deployed.from}; not reviewed.`),
    `scrape-interval: ${formatDuration(scraping.scrapeIntervalMs)}`,
    `scrape-timeout: ${formatDuration(scraping.scrapeTimeoutMs)}`,
    `evaluation-interval: ${formatDuration(scraping.evaluationIntervalMs)}`,
    `resend-delay: ${formatDuration(deployed.resendDelayMs)}`,
    '',
    'targets:',
    ...targets.map(({ job, address, scrapeIntervalMs, ...more }) => {
      const interval = scrapeIntervalMs === undefined ? {} : { 'scrape-interval': formatDuration(scrapeIntervalMs) }
      return `  - ${flow({ job, address, ...interval, ...more })}`
    }),
    '',
    ...comment([
      'Services that requests go to, and parts that faults may be in, as the commented causes in rules/ name them. To name one harms nothing:',
      'a fault needs an experiment, and a target file (targets/) that allows it.',
    ]),
    services.length === 0 ? 'services: []' : 'services:',
    ...services.map(({ name, job }) => `  - ${flow({ name, job })}`),
    ...(parts.length === 0 ? [] : ['parts:', ...parts.map((part) => `  - ${flow({ name: part })}`)]),
  ]
}

function textOf(lines: readonly string[]): string {
  return `${lines.join('\n').trimEnd()}\n`
}
