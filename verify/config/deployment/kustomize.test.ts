import assert from 'node:assert/strict'
import { test } from 'node:test'
import { configure, type Configuration } from '../configuration.ts'
import type { ConfigText } from '../yaml/cursor.ts'

const text = (file: string, content: string): ConfigText => ({ file, path: file, text: content, lineOffset: 0, columnOffset: 0 })
const BASE = text(
  'base/deployment.yaml',
  `apiVersion: apps/v1
kind: Deployment
metadata: { name: shop }
spec:
  template:
    metadata: { labels: { app: shop } }
    spec:
      containers:
        - name: shop
          image: shop:1
          env:
            - { name: A, value: a }
            - { name: B, value: b }
          args: [--one]
        - { name: sidecar, image: sidecar:1 }
`,
)
const patch = (container: string): string =>
  `apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: shop }\nspec:\n  template:\n    spec:\n      containers:\n        - name: shop\n          ${container}\n`
const kustomization = (patches: string): ConfigText =>
  text('overlay/kustomization.yaml', `apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [../base]\n${patches}\n`)

const shop = ({ workloads }: Configuration): Configuration['workloads'][number] => {
  const [one, ...others] = workloads.filter(({ container }) => container === 'shop')
  assert.ok(one)
  assert.deepEqual(others, [])
  return one
}

test('a patch in a file is laid over its base: variables by name, lists replaced, what it does not say stays', () => {
  const config = configure([
    kustomization('patches: [{ path: env.yaml }]'),
    text('overlay/env.yaml', patch('env: [{ name: B, value: c }]\n          args: [--two]')),
    BASE,
  ])
  const { image, env, args } = shop(config)
  assert.equal(image, 'shop:1')
  assert.deepEqual(
    [...env].map(([name, { value }]) => `${name}=${value}`),
    ['A=a', 'B=c'],
  )
  assert.deepEqual(
    args.map(({ value }) => value),
    ['--two'],
  )
  assert.equal(env.get('B')?.at.place().file, 'overlay/env.yaml')
  assert.equal(config.workloads.length, 2, 'the sidecar is still there')
})

test('a patch in the kustomization itself, by name or by target; one that deletes', () => {
  const inline = (target: string, body: string): string => `patches:\n  - ${target}patch: |-\n${body.replace(/^/gm, '      ')}`
  const image = 'image: shop:2'
  assert.equal(shop(configure([kustomization(inline('', patch(image))), BASE])).image, 'shop:2')
  const any = patch(image).replace('name: shop }', 'name: any }')
  assert.equal(shop(configure([kustomization(inline('target: { kind: Deployment, name: sh.* }\n    ', any)), BASE])).image, 'shop:2')
  const several = 'target: { kind: StatefulSet|Deployment, name: shop|till }\n    '
  assert.equal(shop(configure([kustomization(inline(several, any)), BASE])).image, 'shop:2')
  assert.equal(shop(configure([kustomization(inline('target: { kind: StatefulSet }\n    ', any)), BASE])).image, 'shop:1')
  assert.equal(shop(configure([kustomization(inline('target: { kind: Deploy, name: shop }\n    ', any)), BASE])).image, 'shop:1')
  const gone = patch('env: [{ name: A, $patch: delete }]')
  assert.deepEqual([...shop(configure([kustomization(inline('', gone)), BASE])).env.keys()], ['B'])
})

test('a patch without its base is no Deployment', () => {
  const files = [kustomization('patchesStrategicMerge: [memory.yaml]'), text('overlay/memory.yaml', patch('resources: {}'))]
  assert.deepEqual(configure(files).workloads, [])
  assert.equal(configure(files).kinds.has('workloads'), false)
})

test('Services name what they select, and what the Prometheus operator runs', () => {
  const service = (name: string, selector: string): string =>
    `apiVersion: v1\nkind: Service\nmetadata: { name: ${name} }\nspec:\n  selector: ${selector}\n  ports: [{ port: 80 }]\n`
  const { workloads } = configure([
    BASE,
    text(
      'services.yaml',
      [
        service('store', '{ app: shop }'),
        service('other', '{ app: other }'),
        service('prometheus-k8s', '{ app.kubernetes.io/name: prometheus, app.kubernetes.io/instance: k8s, app.kubernetes.io/part-of: x }'),
        'apiVersion: monitoring.coreos.com/v1\nkind: Prometheus\nmetadata: { name: k8s }\nspec: { podMetadata: { labels: { app.kubernetes.io/part-of: x } } }\n',
      ].join('---\n'),
    ),
  ])
  assert.deepEqual(
    workloads.map(({ name, aliases = [] }) => [name, aliases]),
    [
      ['shop', ['store']],
      ['sidecar', ['store']],
      ['prometheus-k8s', ['prometheus-operated', 'prometheus-k8s']],
    ],
  )
})

test('nonsense in a kustomization is passed over', () => {
  const nonsense = 'patches:\n  - patch: "a: b: c"\n  - { path: nothing.yaml, target: { kind: Deployment, name: "(" } }\n  - 5\n  - ~'
  const config = configure([kustomization(`${nonsense}\npatchesStrategicMerge: [~, { a: b }]`), BASE])
  assert.equal(shop(config).image, 'shop:1')
})

test('operations of a JSON patch are carried out: in a file, in the kustomization, in the list of old', () => {
  const path = '/spec/template/spec/containers/0'
  const target = 'target: { kind: Deployment, name: shop }'
  const ops = `[{ op: replace, path: ${path}/image, value: "shop:2" }, { op: add, path: ${path}/env/-, value: { name: C, value: d } }, { op: remove, path: ${path}/args }]`
  for (const config of [
    configure([kustomization(`patches: [{ path: ops.yaml, ${target} }]`), text('overlay/ops.yaml', ops), BASE]),
    configure([kustomization(`patches:\n  - ${target}\n    patch: |-\n      ${ops}`), BASE]),
    configure([kustomization(`patchesJson6902: [{ path: ops.json, ${target} }]`), text('overlay/ops.json', ops), BASE]),
  ]) {
    const { image, env, args } = shop(config)
    assert.equal(image, 'shop:2')
    assert.deepEqual([...env.keys()], ['A', 'B', 'C'])
    assert.deepEqual(args, [])
    assert.equal(config.workloads.length, 2)
  }
  const other = configure([
    kustomization(`patches: [{ path: ops.yaml, target: { kind: StatefulSet } }]`),
    text('overlay/ops.yaml', ops),
    BASE,
  ])
  assert.equal(shop(other).image, 'shop:1')
})

test('a JSON patch after a part, at a place with a slash, and one that only tests', () => {
  const target = 'target: { kind: Deployment }'
  const labels = `[{ op: add, path: /spec/template/metadata/labels/example.com~1tier, value: web }, { op: test, path: /kind, value: Deployment }]`
  const config = configure([
    kustomization(`patches:\n  - path: image.yaml\n  - ${target}\n    patch: |-\n      ${labels}`),
    text('overlay/image.yaml', patch('image: shop:3')),
    BASE,
  ])
  assert.equal(shop(config).image, 'shop:3')
  assert.deepEqual(shop(config).podLabels, { 'app': 'shop', 'example.com/tier': 'web' })
})
