import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { isToolId } from '../tools/tools.ts'
import { KNOWN_PARTS } from './lab-parts.ts'
import { PORTS, PORT_NAMES, portsFrom } from './part-ports.ts'

const IDS = KNOWN_PARTS.map(({ id }) => id)
const read = (file: string) => readFileSync(new URL(file, import.meta.url), 'utf8')

test('every part has a file of its name, and every such file is in the registry', () => {
  const isPart = (file: string): boolean => !file.endsWith('.test.ts') && /^export const \w+(?:: Part = \{| = exporter\()/m.test(read(file))
  const files = readdirSync(new URL('.', import.meta.url)).filter(isPart)
  assert.deepEqual(files.map((file) => file.slice(0, -'.ts'.length)).sort(), [...IDS].sort())
})

test('.env.example lists every port with its default', () => {
  const listed = new Map(
    read('../../.env.example')
      .split('\n')
      .map((line) => /^(\w+)=(.*)$/.exec(line))
      .filter((match) => match !== null)
      .map((match) => [match[1], match[2]]),
  )
  for (const name of PORT_NAMES) assert.equal(listed.get(PORTS[name].env), String(PORTS[name].port), PORTS[name].env)
})

test("each port belongs to one part; the receiver is the drill's own", () => {
  const owned = KNOWN_PARTS.flatMap(({ ports }) => ports)
  assert.equal(new Set(owned).size, owned.length)
  assert.deepEqual(
    PORT_NAMES.filter((name) => !owned.includes(name)),
    ['receiver'],
  )
})

test('what a part waits for exists, and no parts wait for one another', () => {
  const settled = new Set<string>()
  for (const { needs = [], after = [], tools } of KNOWN_PARTS) {
    for (const id of [...needs, ...after]) assert.ok(IDS.includes(id), id)
    for (const id of tools) assert.ok(isToolId(id), id)
  }
  for (let rest = KNOWN_PARTS; rest.length > 0;) {
    const ready = rest.filter(({ needs = [], after = [] }) => [...needs, ...after].every((id) => settled.has(id)))
    assert.notEqual(ready.length, 0, `a circle among ${rest.map(({ id }) => id).join(', ')}`)
    for (const { id } of ready) settled.add(id)
    rest = rest.filter(({ id }) => !settled.has(id))
  }
})

test('a port comes from its variable, and a bad one is named with what to do', () => {
  assert.equal(portsFrom({ REDIS_PORT: '7000' }).redis, 7000)
  assert.equal(portsFrom({}).redis, 6382)
  assert.throws(() => portsFrom({ REDIS_PORT: '70000' }), { code: 'BAD_PORT', exitCode: 2, message: 'REDIS_PORT=70000 is not a port' })
  assert.throws(() => portsFrom({ REDIS_PORT: '9091' }), { code: 'BAD_PORT', message: /PROMETHEUS_PORT and REDIS_PORT are both 9091/ })
})
