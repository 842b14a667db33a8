import assert from 'node:assert/strict'
import { test } from 'node:test'
import { demandRights, lackingIn } from './rights.ts'

const FULL = 'Name:\tnode\nCapPrm:\t000001ffffffffff\nCapEff:\t000001ffffffffff\n'
/** Of root in a container without further rights. */
const CONTAINER = 'CapEff:\t00000000a80425fb\n'

test('root with the rights for mounts and networks may make an engine; a container of its own root lacks both', () => {
  assert.deepEqual(lackingIn(FULL), [])
  assert.deepEqual(lackingIn(CONTAINER), ['CAP_NET_ADMIN', 'CAP_SYS_ADMIN'])
  assert.deepEqual(lackingIn('Name:\tnode\n'), [])
  demandRights('an engine', 'up', 0, FULL)
})

test('without them no engine can be here: exit code 3, and what to type', () => {
  assert.throws(() => demandRights('an engine of its own', 'npm run up', 1000, FULL), {
    code: 'ENGINE_ROOT',
    exitCode: 3,
    message: 'an engine of its own needs root',
    next: 'sudo npm run up',
  })
  assert.throws(() => demandRights('an engine of its own', 'npm run up', 0, CONTAINER), {
    code: 'ENGINE_ROOT',
    exitCode: 3,
    message: /lacks CAP_NET_ADMIN and CAP_SYS_ADMIN$/,
    next: /--cap-add NET_ADMIN --cap-add SYS_ADMIN: npm run up$/,
  })
})
