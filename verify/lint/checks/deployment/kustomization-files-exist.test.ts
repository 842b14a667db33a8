import assert from 'node:assert/strict'
import { test } from 'node:test'
import { change, finds, lintOf } from '../../../../testing/lint/lint-files.ts'
import type { ConfigText } from '../../../config/yaml/cursor.ts'

const id = 'kustomization-files-exist'
const text = (file: string, content: string): ConfigText => ({ file, path: file, text: content, lineOffset: 0, columnOffset: 0 })
const TEXTS = [
  text(
    'base/objects.yaml',
    `kind: Kustomization
resources: [more.yaml, ../other, 'https://example.test/base?ref=v1', 'github.com/example/base//deploy']
configMapGenerator: [{ name: shop, files: [shop.yml, second=shop.yml] }]
secretGenerator: [{ name: chat, files: [files/url] }]
`,
  ),
  text('base/more.yaml', 'a: b'),
  text('base/shop.yml', 'a: b'),
  text('base/files/url', 'x'),
  text('other/kustomization.yaml', 'kind: Kustomization\n'),
]

async function found(from = '', to = '', file = 'objects.yaml'): Promise<string[]> {
  const { findings, problems } = await lintOf(from === '' ? TEXTS : change(TEXTS, file, from, to), id)
  assert.deepEqual(problems, [])
  return findings.map(
    ({ severity, subject, expected, observed }) => `${severity === 'error' ? '' : `${severity} `}${subject}: ${expected}; ${observed}`,
  )
}

test(`${id}: what is there is quiet, as are addresses of repositories`, async () => {
  assert.deepEqual(await found(), [])
})

test(`${id}: a resource, a folder and a file of a generator that are not there`, async () => {
  assert.deepEqual(await found('more.yaml', 'most.yaml'), ['base/objects.yaml: base/most.yaml on the disk; no such file or folder'])
  assert.deepEqual(await found('../other', '../others'), ['base/objects.yaml: others on the disk; no such file or folder'])
  assert.deepEqual(await found('[shop.yml,', '[shop.yaml,'), ['shop: base/shop.yaml on the disk; no such file'])
  assert.deepEqual(await found('files/url', 'file/url'), ['chat: base/file/url on the disk; no such file'])
})

test(`${id}: a file of a generator outside of the folder is not read by kustomize`, async () => {
  assert.deepEqual(await found('second=shop.yml', 'second=../other/kustomization.yaml'), [
    'shop: a file below the folder of base/objects.yaml, or a kustomization beside it; other/kustomization.yaml: kustomize does not read it',
  ])
})

finds(id, 'beside the files of a deployment', {
  file: 'alert-rules.yml',
  from: /\s*$/,
  to: `\n---\n${TEXTS[0]!.text.replace('more.yaml', 'most.yaml')}`,
  subject: 'alert-rules.yml',
  observed: 'no such file',
})
