import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { LoadedRoute, Matcher } from '../model/route.ts'
import { routesFor } from '../routing/tree.ts'
import { flatRoutes } from './flat-routes.ts'

const CLOCKS = { groupBy: [], groupWaitMs: 1, groupIntervalMs: 1, repeatIntervalMs: 1 }
const VALUES = ['', 'a', 'b', 'ab']

const matcher: fc.Arbitrary<Matcher> = fc.record({
  label: fc.constantFrom('x', 'y', 'z'),
  op: fc.constantFrom('=', '!=', '=~', '!~'),
  value: fc.constantFrom(...VALUES, 'a|b', 'a.*'),
})

function route(depth: number): fc.Arbitrary<LoadedRoute> {
  return fc.record({
    receiver: fc.constantFrom('one', 'two', 'three'),
    matchers: fc.array(matcher, { maxLength: 2 }),
    continues: fc.boolean(),
    routes: depth === 0 ? fc.constant([]) : fc.array(route(depth - 1), { maxLength: 3 }),
    groupBy: fc.constant([]),
    groupWaitMs: fc.constant(1),
    groupIntervalMs: fc.constant(1),
    repeatIntervalMs: fc.constant(1),
  })
}

const root = fc
  .array(route(2), { maxLength: 4 })
  .map((routes): LoadedRoute => ({ ...CLOCKS, receiver: 'root', matchers: [], continues: false, routes }))
const labels = fc.record({ x: fc.constantFrom(...VALUES), y: fc.constantFrom(...VALUES), z: fc.constantFrom(...VALUES) })

interface Listed extends LoadedRoute {
  routes: Listed[]
  of: LoadedRoute
}

test('a list of routes takes every alert to the routes of its tree, however they nest and go on', () => {
  let several = 0
  fc.assert(
    fc.property(root, fc.array(labels, { minLength: 10, maxLength: 30 }), (tree, alerts) => {
      const flat = flatRoutes(tree)
      fc.pre(flat !== undefined)
      const listed = flat.map(({ matchers, continues, of }): Listed => ({ ...of, matchers, continues, routes: [], of }))
      const list: Listed = { ...tree, routes: listed.slice(0, -1), of: tree }
      for (const alert of alerts) {
        const wanted = routesFor(tree, alert)
        if (wanted.length > 1) several++
        assert.deepEqual(
          routesFor(list, alert).map(({ of }) => of),
          wanted,
          JSON.stringify(alert),
        )
      }
    }),
    { numRuns: 1_000 },
  )
  assert.ok(several > 100, `${several} alerts went to several routes`)
})

test('a tree whose list would have more than 1,000 routes has none', () => {
  const wide = (depth: number): LoadedRoute => ({
    ...CLOCKS,
    receiver: 'r',
    continues: true,
    matchers: [1, 2, 3, 4].map((at): Matcher => ({ label: `l${depth}${at}`, op: '=', value: 'v' })),
    routes: depth === 0 ? [] : Array.from({ length: 4 }, () => wide(depth - 1)),
  })
  assert.equal(flatRoutes({ ...wide(3), matchers: [], continues: false }), undefined)
})
