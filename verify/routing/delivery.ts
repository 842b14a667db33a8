import type { Timing } from '../model/plan.ts'
import type { LoadedRoute } from '../model/route.ts'
import type { Labels } from '../model/spec.ts'
import { routesFor } from './tree.ts'

/** The clocks of one route, ms. */
export type Delivery = Pick<LoadedRoute, 'groupWaitMs' | 'groupIntervalMs' | 'repeatIntervalMs'>

/** The clocks of the route by which an alert of these labels reaches a receiver, as loaded. When it does not reach it: of the route it ends in. */
export function deliveryOf(timing: Timing, labels: Labels, receiver: string): Delivery {
  return deliveriesOf(timing, labels, receiver)[0] ?? timing
}

/** Those of every route it may take, at least one, when not all of its labels are known. Without a recorded tree: those of the root. */
export function deliveriesOf(timing: Timing, labels: Labels, receiver: string, unstated?: (label: string) => boolean): Delivery[] {
  return timing.route === undefined ? [timing] : routesTo(timing.route, { ...timing.externalLabels, ...labels }, receiver, unstated)
}

/** Of the routes that an alert may end in those to one receiver, and all of them when none is. */
export function routesTo(root: LoadedRoute, labels: Labels, receiver: string, unstated?: (label: string) => boolean): LoadedRoute[] {
  const all = routesFor(root, labels, unstated)
  const own = all.filter((route) => route.receiver === receiver)
  return own.length > 0 ? own : all
}
