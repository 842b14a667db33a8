import assert from 'node:assert/strict'
import { test } from 'node:test'
import { requireTypedName } from './typed-name.ts'

const refused = (target: { name: string; elsewhere?: string[] }, typed?: string): string => {
  try {
    requireTypedName(target, typed)
    return ''
  } catch (error) {
    const { code, message, next } = error as { code: string; message: string; next: string }
    return `${code}: ${message}. ${next}`
  }
}

test('a target on another machine needs its name typed, and exactly that', () => {
  const staging = { name: 'staging', elsewhere: ['10.0.0.7', 'db.example'] }
  assert.match(
    refused(staging),
    /^TARGET_NOT_NAMED: target staging is on another machine: load and faults go to 10\.0\.0\.7, db\.example\. Type its name: --confirm staging\./,
  )
  assert.match(refused(staging, 'production'), /--confirm names "production", and the target is "staging"/)
  assert.match(refused({ name: 'shop, Berlin', elsewhere: ['x'] }), /--confirm "shop, Berlin"/)
  assert.equal(refused(staging, 'staging'), '')
})

test('a target on this machine needs none, and a wrong name is wrong for it as well', () => {
  assert.equal(refused({ name: 'lab' }), '')
  assert.equal(refused({ name: 'lab', elsewhere: [] }, 'lab'), '')
  assert.match(refused({ name: 'lab' }, 'staging'), /the target is "lab"/)
})
