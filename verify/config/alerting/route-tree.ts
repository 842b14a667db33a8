import { routeNode } from '../../routing/tree.ts'
import type { RouteNode } from '../../routing/tree.ts'
import type { Cursor } from '../yaml/cursor.ts'

/** A route that knows its place in the file. */
export type Route = RouteNode<Cursor>

/** The route tree; undefined when there is none. */
export function routeTree(alertmanager: Cursor): Route | undefined {
  const root = alertmanager.get('route')
  return root?.isMap() === true ? routeNode(root) : undefined
}

export function* allRoutes(route: Route): Generator<Route> {
  yield route
  for (const child of route.routes) yield* allRoutes(child)
}
