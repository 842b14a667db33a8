import assert from 'node:assert/strict'
import { test } from 'node:test'
import { configure } from '../configuration.ts'
import type { ConfigText } from '../yaml/cursor.ts'
import { deployedManifests, deployedObjects } from './deployed-objects.ts'

const text = (file: string, content: string): ConfigText => ({ file, path: file, text: content, lineOffset: 0, columnOffset: 0 })
const BASE = `apiVersion: v1
kind: Namespace
metadata: { name: shop }
---
apiVersion: v1
kind: Service
metadata: { name: shop, labels: { tier: web } }
spec: { selector: { app: shop } }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: shop }
spec: { replicas: 2 }
`

/** `name namespace selector|replicas` of what is deployed. */
function deployed(files: Record<string, string>): string[] {
  const config = configure(Object.entries({ 'base/shop.yaml': BASE, ...files }).map(([file, content]) => text(file, content)))
  return deployedObjects(config).map(({ name, namespace = '-', object }) =>
    [
      object.string('kind'),
      name,
      namespace,
      object.string('spec', 'replicas') ?? new URLSearchParams(object.labels('spec', 'selector')).toString(),
    ].join(' '),
  )
}
const WRITTEN = ['Namespace shop - ', 'Service shop - app=shop', 'Deployment shop - 2']
const kustomization = (more: string, kind = 'Kustomization'): string =>
  `apiVersion: kustomize.config.k8s.io/v1${kind === 'Component' ? 'alpha1' : 'beta1'}\nkind: ${kind}\n${more}\n`
const part = (selector: string): string => `apiVersion: v1\nkind: Service\nmetadata: { name: shop }\nspec: { selector: ${selector} }\n`

test('what no kustomization names is as it is written', () => {
  assert.deepEqual(deployed({}), WRITTEN)
  assert.deepEqual(deployed({ 'kustomization.yaml': kustomization('resources: []') }), WRITTEN)
})

test('prefix, suffix, namespace and replicas of a kustomization and of the one that is laid over it', () => {
  const files = {
    'base/kustomization.yaml': kustomization('namespace: base\nnamePrefix: a-\nresources: [shop.yaml]'),
    'dev/kustomization.yaml': kustomization(
      'namespace: dev\nnameSuffix: -b\nreplicas: [{ name: shop, count: 0 }, { name: other, count: 3 }]\nresources: [../base]',
    ),
  }
  assert.deepEqual(deployed(files), ['Namespace shop dev ', 'Service a-shop-b dev app=shop', 'Deployment a-shop-b dev 0'])
  const two = { ...files, 'prod/kustomization.yaml': kustomization('resources: [../base/]') }
  assert.deepEqual(deployed(two).slice(3), ['Namespace shop base ', 'Service a-shop base app=shop', 'Deployment a-shop base 2'])
})

test('patches: in the kustomization, in a file, by operations, by labels of the target, of a component', () => {
  const inline = (body: string, target = ''): string =>
    `resources: [../base/shop.yaml]\npatches:\n  - ${target}patch: |-\n${body.replace(/^/gm, '      ')}`
  const of = (content: string, more: Record<string, string> = {}): string =>
    deployed({ 'dev/kustomization.yaml': kustomization(content), ...more })[1] ?? ''
  assert.equal(of(inline(part('{ app: till }'))), 'Service shop - app=till')
  assert.equal(of(inline(part('{ $patch: replace, shop: till }'))), 'Service shop - shop=till')
  assert.equal(
    of('resources: [../base/shop.yaml]\npatches: [{ path: p.yaml }]', { 'dev/p.yaml': part('{ tier: web }') }),
    'Service shop - app=shop&tier=web',
  )
  const replace = '- { op: replace, path: /spec/selector/app, value: till }'
  assert.equal(of(inline(replace, 'target: { kind: Service }\n    ')), 'Service shop - app=till')
  assert.equal(of(inline(replace, 'target: { labelSelector: tier=web }\n    ')), 'Service shop - app=till')
  assert.equal(of(inline(replace, 'target: { labelSelector: tier=db }\n    ')), 'Service shop - app=shop')
  assert.equal(of(inline(replace, 'target: { labelSelector: "tier in (web)" }\n    ')), 'Service shop - app=shop')
  const component = kustomization(inline(part('{ app: till }')).replace('resources: [../base/shop.yaml]\n', ''), 'Component')
  assert.equal(of('resources: [../base/shop.yaml]\ncomponents: [../c]', { 'c/kustomization.yaml': component }), 'Service shop - app=till')
  const gone = inline('$patch: delete\napiVersion: v1\nkind: Service\nmetadata: { name: shop }\n')
  assert.deepEqual(deployed({ 'dev/kustomization.yaml': kustomization(gone) }), ['Namespace shop - ', 'Deployment shop - 2'])
})

test('of an object that one overlay patches, what is patched alone; one that none patches once', () => {
  const files = {
    'base/kustomization.yaml': kustomization('resources: [shop.yaml]'),
    'dev/kustomization.yaml': kustomization('resources: [../base]\npatches: [{ path: p.yaml }]'),
    'dev/p.yaml': part('{ app: till }'),
    'prod/kustomization.yaml': kustomization('resources: [../base]'),
  }
  const config = configure(Object.entries({ 'base/shop.yaml': BASE, ...files }).map(([file, content]) => text(file, content)))
  const shown = deployedManifests(config).map((each) => `${each.string('kind') ?? ''} ${each.string('spec', 'selector', 'app') ?? ''}`)
  assert.deepEqual(shown, ['Namespace ', 'Service till', 'Deployment '])
})

test('kustomizations that name each other, and one that names itself, end', () => {
  const files = {
    'a/kustomization.yaml': kustomization('resources: [../b, ../base]'),
    'b/kustomization.yaml': kustomization('resources: [../a]'),
  }
  assert.ok(deployed(files).length >= 3)
  assert.ok(deployed({ 'base/kustomization.yaml': kustomization('resources: [., shop.yaml]\ncomponents: [.]') }).length >= 3)
})
