import assert from 'node:assert/strict'
import { test } from 'node:test'
import { didYouMean, nearest, slipOf, suggestion } from './did-you-mean.ts'

test('a name is near when its letters are swapped or few are wrong', () => {
  assert.equal(nearest('tsl', ['url', 'tls']), 'tls')
  assert.equal(nearest('Recievers', ['routes', 'receivers']), 'receivers')
  assert.equal(nearest('jobs', ['job', 'instance']), 'job')
  assert.equal(nearest('xyz', ['job', 'tls']), undefined)
  assert.equal(nearest('expr', ['expr']), undefined)
  assert.equal(nearest('rules', ['rule_files', 'role'], 1), undefined)
})

test('what is near ends a sentence or is one', () => {
  assert.equal(didYouMean('jobs', ['job']), '; did you mean job?')
  assert.equal(didYouMean('xyz', ['job']), '')
  assert.equal(suggestion('jobs', ['job']), 'Did you mean "job"?')
  assert.equal(suggestion('xyz', ['job', 'tls']), 'Known: job, tls.')
  assert.equal(suggestion('xyz', []), 'None is known.')
})

test('a slip of the fingers, and no other word', () => {
  const known = new Set(['PASSWORD', 'HOST', 'receivers', 'wget', 'address'])
  assert.equal(slipOf('PASSWROD', known), 'PASSWORD')
  assert.equal(slipOf('recevers', known), 'receivers')
  assert.equal(slipOf('recceivers', known), 'receivers')
  assert.equal(slipOf('wegt', known), 'wget')
  assert.equal(slipOf('adress', known), 'address')
  for (const other of ['HOSTS', 'PASSPORD', 'receiver', 'get', 'host', 'HOST', '']) assert.equal(slipOf(other, known), undefined, other)
})
