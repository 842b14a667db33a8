import assert from 'node:assert/strict'
import { test } from 'node:test'
import { recordFileOf } from './context.ts'
import { LAB_PARTS } from './parts/lab-parts.ts'
import type { Address, PortName } from './parts/part-ports.ts'
import { PORT_NAMES, PORTS } from './parts/part-ports.ts'
import type { LabState } from './state.ts'
import { labTarget } from './lab-target.ts'

const LAB_DIR = '/nowhere/lab'
/** labTarget provides the passwords where they are missing; javaFrom looks for java. */
const env = (): NodeJS.ProcessEnv => ({ PATH: process.env['PATH'], MYSQL_ROOT_PASSWORD: 'x' })

function state(overrides: LabState['overrides'] = {}, ids = LAB_PARTS.map(({ id }) => id)): LabState {
  return {
    version: 1,
    labDir: LAB_DIR,
    phase: 'up',
    speed: 15,
    monitoringDir: 'monitoring',
    composeFile: 'docker-compose.yaml',
    overrides,
    startedAt: '2026-01-01T00:00:00Z',
    readyAfterMs: 1,
    addresses: Object.fromEntries(PORT_NAMES.map((name) => [name, { host: '127.0.0.1', port: PORTS[name].port }])) as Record<
      PortName,
      Address
    >,
    parts: ids.map((id) => ({ id, kind: 'process', recordFile: recordFileOf(LAB_DIR, id), logFile: null })),
    secrets: { MYSQL_ROOT_PASSWORD: 'x', MYSQL_PASSWORD: 'x', POSTGRES_PASSWORD: 'x', ACTUATOR_PASSWORD: 'x' },
  }
}

test('faults may touch every part but those that a drill measures with and recovers by', () => {
  const { parts } = labTarget(state(), env())
  const spared = LAB_PARTS.map(({ id }) => id).filter((id) => parts[id] === undefined)
  assert.deepEqual(spared.sort(), ['alertmanager', 'prometheus', 'toxiproxy'])
  for (const id of ['otel-collector', 'jaeger', 'loki', 'promtail'])
    assert.deepEqual(parts[id]?.process, { recordFile: recordFileOf(LAB_DIR, id) }, id)
})

test("the agents' endpoint can be closed without the collector", () => {
  assert.deepEqual(labTarget(state(), env()).parts['otlp'], {
    name: 'otlp',
    toxiproxy: { api: 'http://127.0.0.1:8474', proxy: 'otel-http' },
  })
  assert.equal(labTarget(state({}, ['loki']), env()).parts['otlp'], undefined)
})

test('a part that runs elsewhere is not offered unless its owner says so', () => {
  const external = (allowFaults: boolean) =>
    labTarget(
      {
        ...state({ loki: { kind: 'address', addresses: {}, allowFaults } }),
        parts: [{ id: 'loki', kind: 'external', recordFile: null, logFile: null }],
      },
      env(),
    )
  assert.deepEqual(Object.keys(external(false).parts), [])
  assert.deepEqual(external(true).parts['loki'], { name: 'loki' })
})
