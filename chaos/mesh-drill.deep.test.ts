/**
 * `firedrill run` where the target file says `kubernetes.chaosMesh: true`, as its user types it: on the node and the half of the platform
 * that `npm run engine:kubernetes -- up --policies` and `deploy` make, by a user who has what the Roles give, with the published CRDs
 * (FIREDRILL_TEST_CRDS) and a played controller. Skipped where FIREDRILL_TEST_CONTEXT names no such cluster, or the CRDs are not there.
 */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test, type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import {
  CustomObjectsApi,
  KubeConfig,
  NetworkingV1Api,
  RbacAuthorizationV1Api,
  type V1Role,
  type V1RoleBinding,
} from '@kubernetes/client-node'
import { parseAllDocuments } from 'yaml'
import { applyCrds, playMesh, type PlayedMesh } from '../testing/chaos/played-chaos-mesh.ts'
import { temporaryDirectory } from '../testing/chaos/processes.ts'
import { meshContainers } from './drivers/chaos-mesh-undo.ts'
import { inspectWorkload, type Workload } from './drivers/kubernetes-driver.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const { FIREDRILL_TEST_CONTEXT: context = '', FIREDRILL_TEST_CRDS: crds = '' } = process.env
const redis: Workload = { context, namespace: 'moalog', kind: 'statefulset', name: 'redis' }
const why = 'FIREDRILL_TEST_CONTEXT and FIREDRILL_TEST_CRDS name no cluster with half of the platform, and no folder of CRDs'
const skip = context === '' || crds === '' || (await inspectWorkload(redis).catch(() => null)) === null ? why : false
const { namespace } = redis

describe('a drill by Chaos Mesh', { timeout: 900_000 }, () => {
  const config = new KubeConfig()
  const rbac = (): RbacAuthorizationV1Api => config.makeApiClient(RbacAuthorizationV1Api)
  const role = { namespace, name: 'firedrill-mesh' }
  let mesh: PlayedMesh | undefined

  before(async () => {
    if (skip !== false) return
    config.loadFromDefault()
    config.setCurrentContext(context)
    await applyCrds(config, crds)
    mesh = playMesh(config, context, namespace)
  })
  after(async () => {
    await mesh?.stop()
    if (skip === false) await withdraw()
  })

  async function withdraw(): Promise<void> {
    const absent = (error: { code?: number }): void => assert.equal(error.code, 404)
    await rbac().deleteNamespacedRoleBinding(role).catch(absent)
    await rbac().deleteNamespacedRole(role).catch(absent)
  }

  async function grant(): Promise<void> {
    const text = readFileSync(join(ROOT, 'deploy/kubernetes/firedrill-mesh-rbac.yaml'), 'utf8')
    const [given, binding] = parseAllDocuments(text).map((document) => document.toJS() as unknown)
    await rbac().createNamespacedRole({ namespace, body: given as V1Role })
    await rbac().createNamespacedRoleBinding({ namespace, body: binding as V1RoleBinding })
  }

  /** examples/kubernetes with one line more, and a ledger of its own. */
  async function drill(t: TestContext, ...words: string[]): Promise<{ exitCode: number | null; out: string; run: string }> {
    const folder = await temporaryDirectory(t)
    const platform = join(folder, 'platform')
    cpSync(join(ROOT, 'examples/kubernetes'), platform, { recursive: true, dereference: true })
    const change = (file: string, from: string | RegExp, to: string): void => {
      const text = readFileSync(join(platform, file), 'utf8')
      assert.match(text, typeof from === 'string' ? new RegExp(from) : from)
      writeFileSync(join(platform, file), text.replaceAll(from, to))
    }
    change('firedrill.yaml', '../../', ROOT)
    // A connection that was being opened while all packets are dropped sends its first one again after 1, 3 and 7 s.
    change('spec/rules/service-down.yaml', /^( +)fire: .*target: redis \} \}$/gm, "$&\n$1recovers-within: '8s'")
    change('targets/node.yaml', /^ {2}namespace: moalog$/gm, '  namespace: moalog\n  chaosMesh: true')
    const run = join(folder, 'run')
    const argv = ['run', '--platform', platform, '--confirm', 'node', '--out', run, ...words]
    const env = { ...process.env, XDG_STATE_HOME: join(folder, 'state') }
    const child = spawn(join(ROOT, 'bin/firedrill'), argv, { env, stdio: ['ignore', 'pipe', 'pipe'] })
    t.after(() => child.kill('SIGTERM'))
    let out = ''
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (out += text))
    const exitCode = await new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve))
    return { exitCode, out, run }
  }

  const images = async (): Promise<string[]> => (await meshContainers(redis)).map(({ pod, uid, image }) => `${pod} ${uid} ${image}`)

  test('without the Role a dry run and a drill touch nothing, and name each verb with the Role that gives it', { skip }, async (t) => {
    await withdraw()
    for (const words of [['--dry-run'], []]) {
      const { exitCode, out } = await drill(t, ...words, '--only', 'redis-killed', 'redis-hung')
      assert.equal(exitCode, 3, out)
      assert.match(out, /FAULT_FORBIDDEN/)
      for (const verb of ['create', 'get', 'list', 'delete'])
        for (const kind of ['podchaos', 'networkchaos'])
          assert.ok(out.includes(`${verb} ${kind}.chaos-mesh.org`), `${verb} ${kind}: ${out}`)
      assert.match(out, /nothing was touched; bind the Role of deploy\/kubernetes\/firedrill-mesh-rbac\.yaml/)
    }
  })

  test('a dry run names the resource with its undo, and says once what of others is not seen', { skip }, async (t) => {
    await withdraw()
    await grant()
    const { exitCode, out } = await drill(t, '--dry-run', '--only', 'redis-killed', 'redis-hung')
    assert.equal(exitCode, 0, out)
    for (const [fault, undone] of [
      ['fail-pods-mesh', 'The PodChaos is gone, the containers run their own image again, and all pods are ready.'],
      ['partition-pods-mesh', 'The NetworkChaos is gone, the pods reach the API server again, and all are ready.'],
    ])
      assert.ok(
        out.includes(`fault ${fault} redis (statefulset moalog/redis of context firedrill)\n${' '.repeat(17)}undo: ${undone}\n`),
        out,
      )
    assert.equal(out.match(/^already there: PodChaos and StressChaos of other namespaces are not seen: /gm)?.length, 1, out)
    assert.deepEqual(await made(), [])
  })

  async function made(): Promise<unknown[]> {
    const custom = config.makeApiClient(CustomObjectsApi)
    const served = { group: 'chaos-mesh.org', version: 'v1alpha1', namespace }
    const found: unknown[] = []
    for (const plural of ['podchaos', 'networkchaos', 'stresschaos'])
      found.push(...((await custom.listNamespacedCustomObject({ ...served, plural })) as { items: unknown[] }).items)
    const { items } = await config.makeApiClient(NetworkingV1Api).listNamespacedNetworkPolicy({ namespace })
    return [...found, ...items]
  }

  for (const [experiment, asked, fault, injected] of [
    [
      'redis-killed',
      'kill-process',
      'fail-pods-mesh',
      /^PodChaos firedrill-[\w-]+ keeps 1 pods of statefulset moalog\/redis failed: no container runs its image$/,
    ],
    [
      'redis-hung',
      'pause-process',
      'partition-pods-mesh',
      /^NetworkChaos firedrill-[\w-]+ cuts off 1 pods of statefulset moalog\/redis: none reaches the API server$/,
    ],
  ] as const)
    test(`${experiment} by ${fault}: injected, fired and notified, undone`, { skip }, async (t) => {
      await withdraw()
      await grant()
      const before = await images()
      const { exitCode, out, run } = await drill(t, '--only', experiment)
      assert.deepEqual(await made(), [])
      assert.deepEqual(await images(), before)
      assert.equal((await inspectWorkload(redis))?.ready, 1)
      if (fault === 'partition-pods-mesh' && out.includes('MESH_NO_EFFECT'))
        return t.skip('the network of this cluster enforces no NetworkPolicy, by which a partition is played')
      const verdicts = JSON.parse(readFileSync(join(run, 'verdicts.json'), 'utf8')) as {
        check: string
        status: string
        observed?: string
      }[]
      const of = (status: string): string[] =>
        verdicts.flatMap((each) => (each.status === status ? [`${each.check}: ${each.observed}`] : []))
      assert.deepEqual(of('fail'), [], out)
      // A busy machine, and connections that are opened anew after a partition, leave an outcome open, and the drill says so.
      assert.equal(exitCode, of('unknown').length === 0 ? 0 : 3, out)
      for (const each of of('unknown')) t.diagnostic(`could not tell: ${each}`)
      for (const check of ['injection-took-hold', 'alert-fired', 'notification-delivered', 'nothing-left-behind'])
        assert.equal(verdicts.find((each) => each.check === check)?.status, 'pass', `${check}: ${out}`)
      const journal = readFileSync(join(run, 'journal.ndjson'), 'utf8').split('\n').filter(Boolean)
      // The first attempt may have been one that could not tell: of such a one the next is made.
      const done = journal
        .map((line) => JSON.parse(line) as { kind: string; leg?: string; phase?: string; fault?: string; ok?: boolean; detail?: string })
        .filter(({ kind, leg }) => kind === 'fault' && leg === 'fire')
      const fired = done.slice(-2)
      assert.deepEqual(
        fired.map(({ phase, fault: id }) => [phase, id]),
        ['inject', 'undo'].map((phase) => [phase, asked]),
      )
      assert.deepEqual(
        done.filter(({ ok }) => ok !== true),
        [],
      )
      assert.match(fired[0]?.detail ?? '', injected)
      assert.match(fired[1]?.detail ?? '', / is undone and read back$/)
      assert.match(readFileSync(join(run, 'report.md'), 'utf8'), /\| (\d) of \1 faults undone, 0 left behind \|/)
      const resource = /^\w+ \S+/.exec(fired[0]?.detail ?? '')?.[0] ?? 'no resource'
      assert.ok(readFileSync(join(run, 'report.html'), 'utf8').includes(resource), resource)
    })
})
