import { createHash } from 'node:crypto'
import type { RE2JS } from 're2js'
import type { AlertRelabelling, RelabelStep } from '../model/relabel.ts'
import type { Labels } from '../model/spec.ts'
import { anchored } from '../text/re2.ts'
import { labelKey } from '../promql/labels.ts'
import type { RouteSource } from './tree.ts'

export const RELABEL_ACTIONS = new Set([
  'replace',
  'keep',
  'drop',
  'keepequal',
  'dropequal',
  'hashmod',
  'labelmap',
  'labeldrop',
  'labelkeep',
  'lowercase',
  'uppercase',
])

/** https://prometheus.io/docs/prometheus/latest/configuration/configuration/#relabel_config */
export function relabelStep<S extends RouteSource<S>>(at: S): RelabelStep {
  return {
    action: (at.string('action') ?? 'replace').toLowerCase(),
    sourceLabels: at.strings('source_labels'),
    separator: at.string('separator') ?? ';',
    regex: at.string('regex') ?? '(.*)',
    modulus: at.string('modulus') ?? '0',
    targetLabel: at.string('target_label') ?? '',
    replacement: at.string('replacement') ?? '$1',
  }
}

/** What stands in a prometheus.yml about the labels of the alerts that it sends. */
export function relabellingOf<S extends RouteSource<S>>(prometheus: S): AlertRelabelling {
  const steps = (at: S | undefined): RelabelStep[] => (at?.get('alert_relabel_configs')?.items() ?? []).map((step) => relabelStep(step))
  const alerting = prometheus.get('alerting')
  return {
    externalLabels: prometheus.get('global')?.labels('external_labels') ?? {},
    all: steps(alerting),
    each: (alerting?.get('alertmanagers')?.items() ?? []).map(steps),
  }
}

/** Labels as they are sent, and which of them may be there without their value being known. */
export interface Sent {
  labels: Labels
  unstated: (label: string) => boolean
}

const NONE = (): boolean => false

/**
 * How an alert reaches Alertmanager: external labels fill what it lacks, then alert_relabel_configs, first those for all Alertmanagers,
 * then those of each.
 * One entry for each of them that is sent it, equal ones once; none when it is dropped on its way.
 * https://github.com/prometheus/prometheus/blob/main/notifier/manager.go
 */
export function asSent(
  { externalLabels, all, each }: AlertRelabelling,
  labels: Labels,
  unstated: (label: string) => boolean = NONE,
): Sent[] {
  const own = Object.entries(labels).filter(([, value]) => value !== '')
  const filled = Object.fromEntries([...Object.entries(externalLabels), ...own])
  const sent = relabelled({ labels: filled, unstated }, all)
  if (sent === null) return []
  const ways = (each.length === 0 ? [[]] : each).flatMap((steps) => relabelled(sent, steps) ?? [])
  return ways.length < 2
    ? ways
    : ways.filter((way, index) => ways.findIndex((other) => labelKey(other.labels) === labelKey(way.labels)) === index)
}

/** The step that keeps an alert from every Alertmanager, as it is written. */
export function droppedBy({ externalLabels, all, each }: AlertRelabelling, labels: Labels): string | undefined {
  for (const steps of [all, ...each.map((own) => [...all, ...own])]) {
    const index = steps.findIndex((_, at) => asSent({ externalLabels, all: steps.slice(0, at + 1), each: [] }, labels).length === 0)
    const step = steps[index]
    if (step !== undefined) return describe(step)
  }
  return undefined
}

function describe({ action, sourceLabels, regex, targetLabel }: RelabelStep): string {
  return [
    `action: ${action}`,
    ...(sourceLabels.length === 0 ? [] : [`source_labels: [${sourceLabels.join(', ')}]`]),
    ...(action.endsWith('equal') ? [`target_label: ${targetLabel}`] : [`regex: ${regex}`]),
  ].join(', ')
}

/** Null: dropped. A step that asks for a label whose value is not known drops nothing, and what it writes is not known either. */
export function relabelled(sent: Sent, steps: readonly RelabelStep[]): Sent | null {
  let now: Sent | null = sent
  for (const step of steps) now = now === null ? null : relabel(now, step)
  return now
}

/** One step, as Prometheus carries it out: https://github.com/prometheus/prometheus/blob/main/model/relabel/relabel.go */
function relabel(sent: Sent, step: RelabelStep): Sent | null {
  const { labels, unstated } = sent
  const open = (label: string): boolean => labels[label] === undefined && unstated(label)
  const value = step.sourceLabels.map((label) => labels[label] ?? '').join(step.separator)
  const unsure = step.sourceLabels.some(open)
  const regex = anchored(step.regex)
  const target = step.targetLabel
  switch (step.action) {
    case 'drop':
      return !unsure && matches(regex, value) ? null : sent
    case 'keep':
      return unsure || matches(regex, value) ? sent : null
    case 'dropequal':
      return !unsure && !open(target) && (labels[target] ?? '') === value ? null : sent
    case 'keepequal':
      return unsure || open(target) || (labels[target] ?? '') === value ? sent : null
    case 'replace': {
      if (unsure) return forgotten(sent, target)
      const matcher = regex?.matcher(value)
      if (matcher?.matches() !== true) return sent
      const groups = (name: string): string => group(matcher, name)
      const written = expand(target, groups)
      return LABEL_NAME.test(written) ? set(sent, written, expand(step.replacement, groups)) : sent
    }
    case 'lowercase':
      return unsure ? forgotten(sent, target) : set(sent, target, value.toLowerCase())
    case 'uppercase':
      return unsure ? forgotten(sent, target) : set(sent, target, value.toUpperCase())
    case 'hashmod':
      return unsure || !/^0*[1-9]\d*$/.test(step.modulus) ? forgotten(sent, target) : set(sent, target, hashOf(value, BigInt(step.modulus)))
    case 'labelmap':
      return Object.entries(labels).reduce((all, [name, of]) => {
        const matcher = regex?.matcher(name)
        return matcher?.matches() === true
          ? set(
              all,
              expand(step.replacement, (part) => group(matcher, part)),
              of,
            )
          : all
      }, sent)
    case 'labeldrop':
      return only(sent, (name) => !matches(regex, name))
    case 'labelkeep':
      return only(sent, (name) => matches(regex, name))
    default:
      return sent
  }
}

const LABEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/
function matches(pattern: RE2JS | null, text: string): boolean {
  return pattern?.matches(text) ?? false
}

type Matcher = ReturnType<RE2JS['matcher']>

function group(matcher: Matcher, name: string): string {
  try {
    return (/^\d+$/.test(name) ? (Number(name) <= matcher.groupCount() ? matcher.group(Number(name)) : '') : matcher.group(name)) ?? ''
  } catch {
    return ''
  }
}

/** Go's Regexp.Expand: $name takes as many letters, digits and underscores as there are, ${name} just those, $$ is a dollar. */
function expand(template: string, groups: (name: string) => string): string {
  return template.replace(/\$(?:\$|\{(\w+)\}|(\w+))/g, (whole, braced?: string, bare?: string) =>
    whole === '$$' ? '$' : groups(braced ?? bare ?? ''),
  )
}

function hashOf(text: string, modulus: bigint): string {
  return (createHash('md5').update(text).digest().readBigUInt64BE(8) % modulus).toString()
}

/** An empty label is a missing one. */
function set({ labels, unstated }: Sent, name: string, value: string): Sent {
  const { [name]: _, ...others } = labels
  return { labels: value === '' ? others : { ...others, [name]: value }, unstated: (label) => label !== name && unstated(label) }
}

function forgotten({ labels, unstated }: Sent, name: string): Sent {
  const { [name]: _, ...others } = labels
  return { labels: others, unstated: (label) => label === name || unstated(label) }
}

function only({ labels, unstated }: Sent, stays: (name: string) => boolean): Sent {
  return {
    labels: Object.fromEntries(Object.entries(labels).filter(([name]) => stays(name))),
    unstated: (label) => stays(label) && unstated(label),
  }
}
