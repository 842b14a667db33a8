import assert from 'node:assert/strict'
import { test } from 'node:test'
import { covers, excluding, takenBy } from './matcher-sets.ts'
import { parseMatchers } from './route-matchers.ts'

const all = (text: string) => parseMatchers(text).matchers

test('matchers of one label that no value meets', () => {
  for (const text of [
    'severity="a", severity="b"',
    'severity="a", severity!="a"',
    'severity=~"a|b", severity=~"c|d"',
    'severity=~"a|b", severity!~"a|b"',
    'severity=~"a.*", severity!~"a.*"',
    'severity="a", severity=~"b.*"',
    'severity=~"a|b", severity!="a", severity!="b"',
    'job="x", severity="", severity=~".+"',
  ])
    assert.notEqual(excluding(all(text)), undefined, text)
  for (const text of [
    'severity="a", job="b"',
    'severity=~"a|b", severity!="a"',
    'severity=~"a.*", severity!~"ab.*"',
    'severity!="a", severity!="b"',
    'severity=~".*", severity="a"',
    'severity=~"^(a|b)$", severity="b"',
  ])
    assert.equal(excluding(all(text)), undefined, text)
})

test('what passes one set of matchers passes another', () => {
  for (const [outer, inner] of [
    ['', 'severity="a"'],
    ['severity=~".*"', 'job="a"'],
    ['alertname=~".+"', ''],
    ['severity=~"a|b"', 'severity="a"'],
    ['severity=~"a|b|c"', 'severity=~"a|b", job="x"'],
    ['severity!="c"', 'severity=~"a|b"'],
    ['severity=~"a.*"', 'severity=~"ab|ac"'],
    ['severity!~"x"', 'severity!~"x", job="y"'],
  ])
    assert.ok(covers(all(outer ?? ''), all(inner ?? '')), `${outer} takes ${inner}`)
  for (const [outer, inner] of [
    ['severity=~".+"', 'job="a"'],
    ['severity="a"', 'severity=~"a|b"'],
    ['severity!="a"', 'job="a"'],
    ['severity=~"a.*"', 'severity=~"a.+"'],
    ['severity="a", job="x"', 'severity="a"'],
  ])
    assert.ok(!covers(all(outer ?? ''), all(inner ?? '')), `${outer} leaves some of ${inner}`)
})

test('routes that share the alternatives of another among them', () => {
  const routes = ['severity="a"', 'severity=~"b|c"'].map((text) => ({ matchers: all(text) }))
  assert.equal(takenBy(routes, all('severity=~"a|b"')).length, 2)
  assert.equal(takenBy(routes, all('severity=~"b|c", job="x"')).length, 1)
  assert.equal(takenBy(routes, all('severity=~"a|d"')).length, 0)
})
