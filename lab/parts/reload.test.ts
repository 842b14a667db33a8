import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { once } from 'node:events'
import { test, type TestContext } from 'node:test'
import { reloadBySignal } from './reload.ts'

const METRIC = 'prometheus_config_last_reload'

/** A program whose last reload was at 100 s; `answers` of /metrics after SIGHUP. */
async function program(t: TestContext, last: { successful: 0 | 1 } = { successful: 1 }) {
  const state = { successful: last.successful as number, atS: 100, asked: 0, hungUp: 0 }
  let afterAsking: (() => void) | undefined
  const server = createServer((_, response) => {
    state.asked += 1
    response.end(`# TYPE x gauge\n${METRIC}_successful ${state.successful}\n${METRIC}_success_timestamp_seconds ${state.atS}\n`)
    if (state.hungUp > 0) {
      afterAsking?.()
      afterAsking = undefined
    }
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  return {
    state,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** SIGHUP; what it changes is seen only by who asks a second time. */
    hangUp: (change: () => void) => () => {
      state.hungUp += 1
      afterAsking = change
      return Promise.resolve()
    },
  }
}

test('a reload by signal is over when the time of the last good one has changed', async (t) => {
  const { state, url, hangUp } = await program(t)
  await reloadBySignal(
    url,
    METRIC,
    hangUp(() => (state.atS = 200)),
  )
  assert.equal(state.hungUp, 1)
  assert.ok(state.asked > 3, 'asked again after SIGHUP until the time had changed')
})

test('a refused configuration is an error that names the metric', async (t) => {
  const { state, url, hangUp } = await program(t)
  await assert.rejects(
    reloadBySignal(
      url,
      METRIC,
      hangUp(() => (state.successful = 0)),
    ),
    /prometheus_config_last_reload_successful is 0 after SIGHUP/,
  )
})

test('after a refusal a good configuration is taken; what shows nowhere ends at the deadline', async (t) => {
  const { state, url, hangUp } = await program(t, { successful: 0 })
  await assert.rejects(
    reloadBySignal(
      url,
      METRIC,
      hangUp(() => undefined),
      50,
    ),
    /_success_timestamp_seconds is still 100 50 ms after SIGHUP/,
  )
  await reloadBySignal(
    url,
    METRIC,
    hangUp(() => Object.assign(state, { successful: 1, atS: 300 })),
  )
})
