import assert from 'node:assert/strict'
import { test } from 'node:test'
import { platform } from '../../testing/spec/small-spec.ts'
import type { CommandIo } from '../model/command-io.ts'
import type { Spec } from '../model/spec.ts'
import type { Target } from '../model/target.ts'
import { loadSpec } from '../spec/load.ts'
import { openReceiver } from '../collect/receiver-source.ts'
import { systemClock } from '../drivers/clock.ts'
import { connect, requireStores } from './connect.ts'

const target = (stores: Partial<Target['endpoints']>): Target => ({
  name: 'staging',
  kind: 'file',
  parts: {},
  endpoints: { prometheus: 'http://p', alertmanager: 'http://a', receiver: { host: '127.0.0.1', port: 1 }, services: {}, ...stores },
})

test('what is promised and cannot be looked at is refused before anything is asked, and says which address is missing', async () => {
  const { spec } = await loadSpec()
  assert.ok(spec !== undefined)
  const refused = (of: Spec, stores: Partial<Target['endpoints']>, next: RegExp): void =>
    assert.throws(
      () => requireStores(of, target(stores)),
      (error: { code?: string; exitCode?: number; next?: string }) =>
        error.code === 'TARGET_LACKS' && error.exitCode === 2 && next.test(error.next ?? ''),
    )
  refused(spec, {}, /endpoints\.loki, endpoints\.jaeger/)
  refused(spec, { loki: 'http://l' }, /endpoints\.jaeger\./)
  refused({ ...spec, traces: [], outages: [] }, { jaeger: 'http://j' }, /endpoints\.loki\./)
  requireStores(spec, target({ loki: 'http://l', jaeger: 'http://j' }))
  requireStores(platform(), target({}))
})

test('where the target names the variable of the path, the receiver hears nothing else, and the path is printed nowhere', async (t) => {
  const path = 'a1b2c3d4e5f6a7b8'
  const receiver = { host: '127.0.0.1', port: 0, pathEnv: 'HEARD_AT' }
  const printed: string[] = []
  const io = { env: { HEARD_AT: path }, stdout: () => undefined, stderr: (text: string) => printed.push(text) } as unknown as CommandIo
  const connected = connect(target({ receiver }), io)
  io.stderr(`posts to /${path}/critical`)
  assert.deepEqual([printed.join('').includes(path), connected.secrets.includes(path)], [false, true])
  const opened = await openReceiver(connected.target.endpoints.receiver, systemClock)
  t.after(() => opened.close())
  const post = async (at: string) => (await fetch(`http://127.0.0.1:${opened.port}${at}`, { method: 'POST', body: '{}' })).status
  assert.deepEqual(await Promise.all([`/${path}/critical`, '/critical', '/HEARD_AT/critical'].map(post)), [200, 404, 404])
})
