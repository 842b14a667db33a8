import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lintOf } from '../../../../testing/lint/lint-files.ts'
import type { LocatedFinding } from '../../../model/lint-finding.ts'

const MYSQL = {
  server: 'mysql:8.0',
  variable: 'MYSQL_ROOT_PASSWORD',
  exporter: 'prom/mysqld-exporter:v0.16.0',
  reads: 'MYSQLD_EXPORTER_PASSWORD',
}
const POSTGRES = {
  server: 'postgres:16',
  variable: 'POSTGRES_PASSWORD',
  exporter: 'quay.io/prometheuscommunity/postgres-exporter:v0.15.0',
  reads: 'DATA_SOURCE_PASS',
}

const pod = (name: string, image: string, variable: string, key: string, args = '', secret = 'passwords'): string => `apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name} }
spec:
  selector: { matchLabels: { app: ${name} } }
  template:
    metadata: { labels: { app: ${name} } }
    spec:
      containers:
        - name: ${name}
          image: ${image}
          args: [${args}]
          env:
            - { name: ${variable}, valueFrom: { secretKeyRef: { name: ${secret}, key: ${key} } } }
`

async function found(
  { server, variable, exporter, reads }: typeof MYSQL,
  key: string,
  args = '',
  secret?: string,
): Promise<LocatedFinding[]> {
  const text = `${pod('database', server, variable, 'first')}---\n${pod('exporter', exporter, reads, key, args, secret)}`
  return (await lintOf([{ file: 'pods.yaml', path: 'pods.yaml', text, lineOffset: 0, columnOffset: 0 }], 'secret-keys-agree')).findings
}

function finds(what: string, pair: typeof MYSQL, args?: string): void {
  test(`secret-keys-agree: ${what}`, async () => {
    const all = await found(pair, 'second', args)
    assert.deepEqual(
      all.map(({ subject, observed, expected, line }) => ({ subject, observed, expected, line })),
      [{ subject: 'exporter', observed: 'key: second', expected: `key: first, which database reads as ${pair.variable}`, line: 29 }],
    )
  })
}

finds('the first user of MySQL', MYSQL, '--mysqld.username=root')
finds('another user of MySQL', { ...MYSQL, variable: 'MYSQL_PASSWORD' }, '--mysqld.username=watcher')
finds('the user of PostgreSQL', POSTGRES)

test('secret-keys-agree: the same key, another Secret, a user whom the image does not make', async () => {
  assert.deepEqual(await found(MYSQL, 'first', '--mysqld.username=root'), [])
  assert.deepEqual(await found(POSTGRES, 'second', '', 'of-the-exporter'), [])
  assert.deepEqual(await found(MYSQL, 'second', '--mysqld.username=watcher'), [])
})
