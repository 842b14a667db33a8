import assert from 'node:assert/strict'
import { test } from 'node:test'
import { clusterFolder } from './cluster-folder.ts'
import { controlPlane, nodeComponents, nodeFiles } from './node-files.ts'

const folder = clusterFolder({ FIREDRILL_CLUSTER_DIR: '/c' })
const files = nodeFiles(folder, { kube: '/tools/kube', usr: '/tools/usr' })

interface Kubeconfig {
  'users': { name: string; user: { token: string } }[]
  'contexts': { name: string; context: { user: string } }[]
  'current-context': string
}

test('each kubeconfig has the token of its own user alone; that of people has the administrator and the user of a drill', () => {
  const users = new Map((files['/c/node/tokens.csv'] ?? '').split('\n').map((row) => [row.split(',')[0], row.split(',').slice(1)]))
  const known = (name: string): (readonly [string, string[] | undefined])[] =>
    (JSON.parse(files[name] ?? '') as Kubeconfig).users.map(({ name: user, user: { token } }) => [user, users.get(token)])
  assert.deepEqual(known('/c/node/kubeconfig'), [
    ['admin', ['admin', 'admin', 'system:masters']],
    // No group: it may what a Role gives it.
    ['firedrill', ['firedrill', 'firedrill']],
  ])
  assert.deepEqual(known('/c/node/scheduler.kubeconfig'), [['scheduler', ['system:kube-scheduler', 'system:kube-scheduler']]])
  assert.equal((JSON.parse(files['/c/node/kubeconfig'] ?? '') as Kubeconfig)['current-context'], 'admin')
})

test('tokens are made anew for each cluster', () => {
  assert.notEqual(nodeFiles(folder, { kube: '/tools/kube', usr: '/tools/usr' })['/c/node/tokens.csv'], files['/c/node/tokens.csv'])
})

test('every file, and every file that an argument names, is below the folder of the node', () => {
  for (const name of Object.keys(files)) assert.ok(name.startsWith('/c/node/'), name)
  const named = Object.values({ ...controlPlane(folder.node), ...nodeComponents(folder.node) })
    .flat()
    .flatMap((word) => /=(\/.*)$/.exec(word)?.[1] ?? [])
  assert.ok(named.length > 10)
  for (const name of named) assert.ok(name.startsWith('/c/node/'), name)
})

test('what a component is configured by is written', () => {
  const arguments_ = Object.values({ ...controlPlane(folder.node), ...nodeComponents(folder.node) }).flat()
  const configured = arguments_.flatMap((word) => /^--(?:config|kubeconfig|token-auth-file)=(.*)$/.exec(word)?.[1] ?? [])
  assert.equal(configured.length, 6)
  for (const name of configured) assert.ok(name in files, name)
})
