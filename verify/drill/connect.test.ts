import assert from 'node:assert/strict'
import { test } from 'node:test'
import { platform } from '../../testing/spec/small-spec.ts'
import type { Spec } from '../model/spec.ts'
import type { Target } from '../model/target.ts'
import { loadSpec } from '../spec/load.ts'
import { requireStores } from './connect.ts'

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
