import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { partOf } from './parts.ts'
import { missingPrerequisites } from './prerequisites.ts'
import type { Ask } from './prerequisites.ts'

/** Answers of a machine; what is not listed is not installed. */
const machine =
  (answers: Record<string, string>): Ask =>
  ([program]) =>
    answers[program]
const complete = {
  go: 'go version go1.26.8 linux/amd64',
  javac: 'javac 17.0.15',
  mvn: 'Apache Maven 3.8.7',
  cargo: 'cargo 1.95.0 (f2d3ce0bd 2026-03-21)',
  cc: 'cc (Debian 12.2.0-14+deb12u1) 12.2.0',
  'apt-get': 'apt 2.6.1 (amd64)',
  'dpkg-deb': "Debian 'dpkg-deb' package archive backend version 1.21.22 (amd64).",
}
const all = [partOf('redis-server'), partOf('toxiproxy'), partOf('k6'), partOf('rate-limiter'), partOf('moalog-server')]

describe('missingPrerequisites', () => {
  test('is silent when all is there', () => {
    assert.deepEqual(missingPrerequisites(all, { ask: machine(complete), node: 'v24.21.0' }), [])
  })

  test('names what is too old, what for, and what to type', () => {
    const lines = missingPrerequisites([partOf('toxiproxy'), partOf('k6')], {
      ask: machine({ ...complete, go: 'go version go1.19.8 linux/amd64' }),
      isRoot: false,
    })
    assert.equal(lines.length, 1)
    assert.match(lines[0] ?? '', /^Go 1\.26 or newer is too old \(1\.19\.8\), needed for Toxiproxy, k6; type: curl .*sudo tar/)
  })

  test('gives one line for each missing program, without sudo to root', () => {
    const lines = missingPrerequisites(all, { ask: machine({}), node: 'v20.20.2', isRoot: true })
    assert.deepEqual(
      lines.map((line) => line.slice(0, line.indexOf(' is missing'))),
      ['apt-get', 'Go 1.26 or newer', 'a Java development kit 17 or newer', 'Maven 3.6 or newer', 'Rust 1.85 or newer', 'a C compiler'],
    )
    assert.ok(lines.every((line) => !line.includes('sudo') && !line.includes('\n')))
  })

  test('without apt-get says what to install by other means, and how new', () => {
    const { 'apt-get': _, ...others } = complete
    assert.deepEqual(missingPrerequisites([partOf('redis-server'), partOf('promtool')], { ask: machine(others) }), [
      'apt-get is missing (this is no Debian or Ubuntu), so install by other means: Redis 7.0 or newer, Prometheus 2.42 or newer; then type: npm run setup',
    ])
  })

  test('does not ask for what no part needs', () => {
    assert.deepEqual(
      missingPrerequisites([partOf('redis-server')], { ask: machine({ 'apt-get': 'apt 2.6.1', 'dpkg-deb': 'version 1.21.22' }) }),
      [],
    )
  })

  test('refuses a Node that is out of support', () => {
    assert.match(missingPrerequisites([], { node: 'v18.20.0' })[0] ?? '', /^Node 20 or newer is needed, this is 18\.20\.0/)
  })
})
