import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { parseAllDocuments } from 'yaml'
import { deliveredOnKubernetes, lintBy } from '../testing/lint/lint-files.ts'

const root = new URL('../', import.meta.url)
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8')
const BASE = 'deploy/kubernetes'

/** What the tests ask of parsed files; asking for what is not there is a failure of the test. */
// oxlint-disable-next-line typescript/no-explicit-any -- files of others: a path that is not there fails the test
type Node = Record<string, any>

/** kubectl brings kustomize along. */
function rendered(): { text: string } | { missing: string } {
  const folder = fileURLToPath(new URL(BASE, root))
  for (const [program, ...args] of [
    ['kustomize', 'build', folder],
    ['kubectl', 'kustomize', folder],
  ]) {
    const { status, stdout, stderr, error } = spawnSync(program ?? '', args, { encoding: 'utf8', maxBuffer: 16_000_000 })
    if (error !== undefined) continue
    assert.equal(status, 0, stderr)
    return { text: stdout }
  }
  return { missing: 'neither kustomize nor kubectl is installed: go install sigs.k8s.io/kustomize/kustomize/v5@v5.7.1' }
}

test('what kustomize makes of it has every ConfigMap by its hashed name, and lint finds the same in it', async (t) => {
  const made = rendered()
  if ('missing' in made) return t.skip(made.missing)
  const objects = parseAllDocuments(made.text).map((document) => document.toJS() as Node)
  const maps = objects.filter(({ kind }) => kind === 'ConfigMap')
  const delivered = {
    'alert-rules.yml': 'monitoring',
    'loki.yml': 'monitoring/loki',
    'slo-dashboard.json': 'monitoring/grafana/dashboards',
    'promtail.yml': BASE,
  }
  for (const [key, folder] of Object.entries(delivered)) {
    const map = maps.find(({ data }) => data[key] !== undefined)
    assert.equal(map?.['data'][key], read(`${folder}/${key}`), key)
    assert.match(map?.['metadata'].name, /-[a-z0-9]{10}$/)
    assert.ok(made.text.includes(`name: ${map?.['metadata'].name}\n`), `${map?.['metadata'].name} is mounted`)
  }
  assert.ok(objects.every(({ kind, metadata }) => kind === 'Namespace' || metadata.namespace === 'moalog'))
  const { options } = await deliveredOnKubernetes()
  const text = { file: 'rendered.yaml', path: 'rendered.yaml', text: made.text, lineOffset: 0, columnOffset: 0 }
  const { findings, problems } = lintBy(options, [text])
  assert.deepEqual(problems, [])
  // kustomize drops comments, and with them the one that suppresses this finding.
  assert.deepEqual(
    findings.map(({ id, subject }) => `${id} ${subject}`),
    ['prometheus-timeouts-fit redis-exporter'],
  )
})
