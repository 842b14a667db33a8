import assert from 'node:assert/strict'
import { test } from 'node:test'
import { secretsOf } from './secrets.ts'

test('secret is what the target names and what the environment calls so; not what the lab publishes, and no plain word', () => {
  const env = {
    GITHUB_TOKEN: 'ghp',
    SLACK_WEBHOOK: 'https://hooks',
    TOKEN_CHECK: 'true',
    MYSQL_PASSWORD: 'moalog',
    MYSQL_ROOT_PASSWORD: '123',
    HOME: '/root',
  }
  assert.deepEqual(secretsOf(env, { secrets: ['by-any-name', 'moalog', 'ghp'] }), ['ghp', 'https://hooks', '123', 'by-any-name'])
})
