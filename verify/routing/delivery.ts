import type { Timing } from '../model/plan.ts'
import type { AlertRelabelling } from '../model/relabel.ts'
import type { LoadedRoute } from '../model/route.ts'
import type { Labels } from '../model/spec.ts'
import { asSent } from './alert-relabelling.ts'
import type { Sent } from './alert-relabelling.ts'
import { routesFor } from './tree.ts'

/** The clocks of one route, ms. */
export type Delivery = Pick<LoadedRoute, 'groupWaitMs' | 'groupIntervalMs' | 'repeatIntervalMs'>

/**
 * The clocks of the route by which an alert of these labels reaches a receiver, as loaded. When it does not reach it: of the route it ends
 * in.
 */
export function deliveryOf(timing: Timing, labels: Labels, receiver: string): Delivery {
  return deliveriesOf(timing, labels, receiver)[0] ?? timing
}

/** Those of every route it may take, at least one, when not all of its labels are known. Without a recorded tree: those of the root. */
export function deliveriesOf(timing: Timing, labels: Labels, receiver: string, unstated?: (label: string) => boolean): Delivery[] {
  return timing.route === undefined ? [timing] : routesOfSent(timing.route, timing, labels, receiver, unstated)
}

/** Of what Alertmanager is sent of the alert. Of one that is dropped on its way: those it would take without. */
export function routesOfSent(
  root: LoadedRoute,
  loaded: Relabelled,
  labels: Labels,
  receiver: string,
  unstated?: (label: string) => boolean,
): LoadedRoute[] {
  const sent = sentOf(loaded, labels, unstated)
  return sent.length === 0
    ? routesTo(root, labels, receiver, unstated)
    : [...new Set(sent.flatMap((way) => routesTo(root, way.labels, receiver, way.unstated)))]
}

/** Of an alert that is posted to Alertmanager as it is, not sent by Prometheus. */
export function deliveryOfPosted(timing: Timing, labels: Labels, receiver: string): Delivery {
  return (timing.route === undefined ? undefined : routesTo(timing.route, labels, receiver)[0]) ?? timing
}

export type Relabelled = Partial<Pick<Timing, 'externalLabels' | 'alertRelabelling'>>

/** What Alertmanager is sent of an alert by Prometheus as loaded; nothing when it is dropped on its way. */
export function sentOf(loaded: Relabelled, labels: Labels, unstated?: (label: string) => boolean): Sent[] {
  return asSent(relabellingAsLoaded(loaded), labels, unstated)
}

export function relabellingAsLoaded({ externalLabels = {}, alertRelabelling }: Relabelled): AlertRelabelling {
  return { externalLabels, all: [], each: [], ...alertRelabelling }
}

/** Of the routes that an alert may end in those to one receiver, and all of them when none is. */
export function routesTo(root: LoadedRoute, labels: Labels, receiver: string, unstated?: (label: string) => boolean): LoadedRoute[] {
  const all = routesFor(root, labels, unstated)
  const own = all.filter((route) => route.receiver === receiver)
  return own.length > 0 ? own : all
}
