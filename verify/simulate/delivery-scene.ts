import type { LoadedRoute, Matcher } from '../model/route.ts'
import type { Labels, Spec } from '../model/spec.ts'
import { sentBy } from '../config/alerting/routed-alerts.ts'
import { matchersOf, optionalReceivers, promisedRoute, routesFor } from '../routing/tree.ts'
import { besideInhibitions, inhibitsAsSpecified, isSourceOf, type BesideInhibition } from '../routing/inhibition.ts'
import { labelKey } from '../promql/labels.ts'
import type { Configuration } from '../config/configuration.ts'
import type { Cursor } from '../config/yaml/cursor.ts'
import { distinct } from '../text/distinct.ts'
import type { ShortLived } from './short-lived-alertmanager.ts'

export interface DeliveryResult {
  kind: 'inhibition' | 'delivery' | 'resolved'
  subject: string
  expected: string
  observed: string
  ok: boolean
}

/**
 * All alerts that fire together: the source of each inhibition with its targets on the same job, on another one, and without any source.
 */
export function scene(spec: Spec, written: readonly Matcher[] = []): Labels[] {
  const alerts = spec.rules.map((rule): Labels => ({ alertname: rule.alert, ...rule.labels }))
  // What the specification does not want equal is not: a sum by job has no instance, its source has one.
  const equal = new Set(spec.routing.inhibitions.flatMap((inhibition) => inhibition.equal))
  let count = 0
  const on = (labels: Labels, job: string): Labels => ({
    ...labels,
    job,
    instance: equal.has('instance') ? `${job}:1` : `${job}:${(count += 1)}`,
  })
  return [
    ...alerts.map((labels) => on(labels, 'with-source')),
    ...alerts.filter((labels) => !isSource(labels, spec)).map((labels) => on(labels, 'without-source')),
    // A stranger of each severity: neither source nor target by its name.
    ...[...new Set(alerts.map((labels) => labels['severity'] ?? ''))].map((severity) =>
      on({ alertname: 'FiredrillProbe', severity }, 'with-stranger'),
    ),
    ...besideInhibitions(spec.routing, written).flatMap((each, index) => pairsOf(each, `beside-${index + 1}`)),
  ]
}

/** Every target beside the source, and every further source alone beside the target, each pair with its own labels that must be equal. */
function pairsOf({ inhibition, sources, targets }: BesideInhibition, name: string): Labels[] {
  const [source, ...nearly] = sources
  const [target] = targets
  if (source === undefined || target === undefined) return []
  const on = (labels: Labels, place: string): Labels => ({
    job: place,
    instance: inhibition.equal.includes('instance') ? place : `${place}-${labels['alertname'] ?? ''}`,
    ...Object.fromEntries(inhibition.equal.map((label) => [label, place])),
    ...labels,
  })
  return [
    ...[source, ...targets].map((labels) => on(labels, name)),
    ...nearly.flatMap((labels, index) => [labels, target].map((each) => on(each, `${name}-source-${index + 1}`))),
  ]
}

/** Those of all inhibit rules of a configuration. */
function writtenMatchers(alertmanager: readonly Cursor[]): Matcher[] {
  return alertmanager
    .flatMap((root) => root.items('inhibit_rules'))
    .flatMap((at) => (['source_', 'target_'] as const).flatMap((side) => matchersOf(at, side).matchers))
}

function isSource(labels: Labels, spec: Spec): boolean {
  return spec.routing.inhibitions.some((inhibition) => isSourceOf(inhibition, labels))
}

/** Whether a route notifies while it is the time of these intervals and of no other. */
function isHeard({ muteTimes = [], activeTimes = [] }: LoadedRoute, now: ReadonlySet<string>): boolean {
  return !muteTimes.some((name) => now.has(name)) && (activeTimes.length === 0 || activeTimes.some((name) => now.has(name)))
}

/** Which alerts are suppressed, which receivers are notified, and which of the resolved alerts. */
export async function testDelivery(
  alertmanager: ShortLived,
  spec: Spec,
  config: Pick<Configuration, 'prometheus' | 'alertmanager'>,
  now: ReadonlySet<string> = new Set(),
): Promise<DeliveryResult[]> {
  // As Prometheus sends them; dropped alerts never arrive.
  const all = distinct(scene(spec, writtenMatchers(config.alertmanager)), labelKey)
  const sent = new Map(all.map((labels) => [labels, sentBy(config, labels)]))
  const waysOf = (labels: Labels): Labels[] => sent.get(labels) ?? []
  const alerts = all.filter((labels) => waysOf(labels).length > 0)
  const expectedSilent = (labels: Labels): boolean =>
    alerts.some((source) => source !== labels && inhibitsAsSpecified(spec.routing, source, labels))
  const heard = alerts.filter((labels) => !expectedSilent(labels))
  const optional = optionalReceivers(spec.routing)
  const tree = promisedRoute(spec.routing)
  const silentOnes = new Set(spec.routing.receivers.filter(({ kind }) => kind === 'none').map(({ name }) => name))
  const receiversOf = (labels: Labels): string[] =>
    distinct(
      routesFor(tree, labels)
        .filter((route) => isHeard(route, now))
        .map(({ receiver }) => receiver)
        .filter((name) => !silentOnes.has(name)),
      (name) => name,
    ).sort()
  const notifiedOf = (labels: Labels, status: string): string[] =>
    [
      ...new Set(
        alertmanager.notified
          .filter((entry) => entry.status === status && waysOf(labels).some((way) => labelKey(entry.labels) === labelKey(way)))
          .map((entry) => entry.receiver),
      ),
    ]
      .filter((name) => !optional.has(name))
      .sort()
  const isNotified = (labels: Labels): boolean => receiversOf(labels).every((name) => notifiedOf(labels, 'firing').includes(name))
  // Sources first, until they are notified: the inhibitor learns of an alert beside the dispatcher, and a target that is flushed
  // in between is notified (timing model 1.5).
  const sources = heard.filter((labels) => isSource(labels, spec))
  await alertmanager.post(sources.flatMap(waysOf).map((labels) => ({ labels })))
  await until(alertmanager, () => sources.every(isNotified), 3000)
  await alertmanager.post(
    alerts
      .filter((labels) => !sources.includes(labels))
      .flatMap(waysOf)
      .map((labels) => ({ labels })),
  )
  await until(alertmanager, () => heard.every(isNotified), 3000)
  // What must stay silent has had the same time; one further group_wait for latecomers.
  await alertmanager.next(300)
  const states = await alertmanager.states()
  const results: DeliveryResult[] = []
  for (const labels of alerts) {
    const silent = expectedSilent(labels)
    const state = states.find((entry) => waysOf(labels).some((way) => labelKey(entry.labels) === labelKey(way)))?.state ?? 'absent'
    const subject = `${labels['alertname'] ?? ''} (${labels['job'] ?? ''})`
    results.push({
      kind: 'inhibition',
      subject,
      expected: silent ? 'suppressed' : 'active',
      observed: state,
      ok: state === (silent ? 'suppressed' : 'active'),
    })
    const receivers = silent ? [] : receiversOf(labels)
    const notified = notifiedOf(labels, 'firing')
    results.push({
      kind: 'delivery',
      subject,
      expected: receivers.join(', ') || 'no notification',
      observed: notified.join(', ') || 'no notification',
      ok: notified.join() === receivers.join(),
    })
  }
  await alertmanager.post(heard.flatMap(waysOf).map((labels) => ({ labels, endsAt: new Date(Date.now() - 100).toISOString() })))
  const wanted = spec.routing.receivers.filter((receiver) => receiver.sendResolved && !receiver.optional).map((receiver) => receiver.name)
  const resolvedBy = (labels: Labels): boolean => {
    const receivers = receiversOf(labels).filter((name) => wanted.includes(name))
    return receivers.every((name) => notifiedOf(labels, 'resolved').includes(name))
  }
  await until(alertmanager, () => heard.every(resolvedBy), 3500)
  for (const name of new Set(heard.flatMap(receiversOf))) {
    const mine = heard.filter((labels) => receiversOf(labels).includes(name))
    const missing = mine.filter((labels) => !notifiedOf(labels, 'resolved').includes(name))
    const sends = wanted.includes(name)
    results.push({
      kind: 'resolved',
      subject: name,
      expected: sends ? 'a resolved notification for every alert' : 'no resolved notification',
      observed:
        missing.length === 0
          ? 'a resolved notification for every alert'
          : missing.length === mine.length
            ? 'no resolved notification'
            : `no resolved notification for ${missing.length} of ${mine.length} alerts`,
      ok: sends ? missing.length === 0 : missing.length === mine.length,
    })
  }
  return results
}

/** A look at what has arrived at least so often. */
const TURN_MS = 50

/**
 * Resolves when it is done, or when nothing has come for `ms` of this process's own turns: while the machine lets it stand still, it lets
 * Alertmanager stand still as well, so that a turn counts for no longer than it should have taken.
 */
export async function until(
  alertmanager: Pick<ShortLived, 'next'>,
  done: () => boolean,
  ms: number,
  now: () => number = () => performance.now(),
): Promise<void> {
  for (let left = ms; !done() && left > 0;) {
    const beganMs = now()
    await alertmanager.next(TURN_MS)
    left -= Math.min(TURN_MS, Math.max(1, now() - beganMs))
  }
}
