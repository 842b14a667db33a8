import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { InhibitionSpec, Labels, RoutingSpec } from '../model/spec.ts'
import { besideInhibitions, inhibitsAsSpecified } from './inhibition.ts'
import { labelsFor, matches, parseMatchers, valuesBeside } from './route-matchers.ts'

const matchers = (text: string): ReturnType<typeof parseMatchers>['matchers'] => parseMatchers(text).matchers

const routing = (inhibition: Partial<InhibitionSpec>): RoutingSpec => ({
  because: '',
  groupBy: [],
  groupWaitMs: 1,
  groupIntervalMs: 1,
  repeatIntervalMs: 1,
  receivers: [],
  routes: [],
  inhibitions: [{ because: '', source: {}, target: {}, equal: ['cluster'], ...inhibition }],
})

const DOWN = routing({
  sourceMatchers: matchers('alertname=~"(Node|Rack)Down"'),
  targetMatchers: matchers('severity!="critical",team!~"db|cache"'),
})
const cases: { story: string; source: Labels; target: Labels; inhibited: boolean }[] = [
  { story: 'a pattern takes the source', source: { alertname: 'RackDown' }, target: { alertname: 'Slow' }, inhibited: true },
  { story: 'another alert is none', source: { alertname: 'RackDowned' }, target: { alertname: 'Slow' }, inhibited: false },
  {
    story: 'what the target must not be',
    source: { alertname: 'NodeDown' },
    target: { alertname: 'Slow', severity: 'critical' },
    inhibited: false,
  },
  { story: 'nor match', source: { alertname: 'NodeDown' }, target: { alertname: 'Slow', team: 'cache' }, inhibited: false },
  {
    story: 'another cluster',
    source: { alertname: 'NodeDown', cluster: 'a' },
    target: { alertname: 'Slow', cluster: 'b' },
    inhibited: false,
  },
  { story: 'a source that is a target as well', source: { alertname: 'NodeDown' }, target: { alertname: 'RackDown' }, inhibited: false },
]
for (const { story, source, target, inhibited } of cases)
  test(`an inhibition by matchers: ${story}`, () => assert.equal(inhibitsAsSpecified(DOWN, source, target), inhibited))

for (const [text, given] of [
  ['a=~"(?:db|cache)-[0-9]+"', {}],
  ['a=~"db-.+",a!="db-x"', { a: 'db-1' }],
  ['a!="x"', {}],
  ['a!=""', {}],
  ['a=~"^prod.*$",b!~"x|y"', {}],
  ['a=~"\\\\d{3}"', {}],
] as [string, Labels][])
  test(`labels that ${text} takes`, () => {
    const labels = labelsFor(matchers(text), given)
    assert.ok(labels !== undefined && matchers(text).every((matcher) => matches(matcher, labels)), JSON.stringify(labels))
  })

test('where no value is known that a matcher takes, no labels are made', () => {
  assert.equal(labelsFor(matchers('a="x",a!="x"')), undefined)
  assert.equal(labelsFor(matchers('a=~"b"'), { a: 'c' }), undefined)
  assert.deepEqual(besideInhibitions(routing({ sourceMatchers: matchers('a="x",a!="x"'), target: { b: ['c'] } }), [])[0]?.sources, [])
})

test('beside each inhibition by matchers stand alerts that it takes, and such as differ in one label, by values of either side', () => {
  assert.deepEqual(besideInhibitions(routing({ source: { a: 'b' }, target: { c: ['d'] } }), []), [])
  const [found] = besideInhibitions(DOWN, matchers('alertname=~"NodeDown|DiskFull"'))
  const names = (labels: readonly Labels[]): string[] => labels.map(({ alertname = '' }) => alertname)
  assert.deepEqual(names(found?.sources ?? []), ['NodeDown', 'RackDown', 'DiskFull', 'firedrill-probe', 'FiredrillProbe'])
  assert.ok(found?.targets.some(({ severity }) => severity === 'critical') && found.targets.some(({ team }) => team === 'cache'))
  assert.deepEqual(valuesBeside(matchers('a=~"b|c",d="e"'), 'a'), ['b', 'c', 'firedrill-probe', ''])
})
