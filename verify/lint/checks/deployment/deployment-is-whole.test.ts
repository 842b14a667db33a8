import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deployment, finds } from '../../../../testing/lint/lint-files.ts'
import { lint } from '../../lint.ts'

finds('deployment-is-whole', 'a part that is gone', {
  file: 'alertmanager/alertmanager.yml',
  from: /[^]*/,
  to: '',
  subject: 'Alertmanager',
})

test('deployment-is-whole: no compose file, and a .env.example that is for one', async () => {
  const { texts, options } = await deployment()
  const rest = texts.filter(({ file }) => file !== 'docker-compose.yaml')
  const of = (exists: (file: string) => boolean): string[] =>
    lint(rest, { ...options, exists, only: ['deployment-is-whole'] }).findings.map(({ subject }) => subject)
  assert.deepEqual(
    of(() => false),
    ['docker-compose.yaml'],
  )
  assert.deepEqual(
    of((file) => file === 'compose.yaml'),
    [],
  )
})
