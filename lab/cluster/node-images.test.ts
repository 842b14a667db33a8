import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { CHECKOUT } from '../tools/cache.ts'
import { CLUSTER_IMAGES, imageTools, needed } from './node-images.ts'

test('libraries go beside the C library, from wherever ldd has found them; the loader where programs name it', () => {
  const ldd = [
    '\tlinux-vdso.so.1 (0x00007f093c20d000)',
    '\tlibc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007f093b61e000)',
    '\tlibjemalloc.so.2 => /cache/redis/usr/lib/x86_64-linux-gnu/libjemalloc.so.2 (0x00007f093bd30000)',
    '\t/lib64/ld-linux-x86-64.so.2 (0x00007f093c20f000)',
  ].join('\n')
  assert.deepEqual(
    [...needed(ldd)],
    [
      ['/lib/x86_64-linux-gnu/libc.so.6', '/lib/x86_64-linux-gnu/libc.so.6'],
      ['/lib/x86_64-linux-gnu/libjemalloc.so.2', '/cache/redis/usr/lib/x86_64-linux-gnu/libjemalloc.so.2'],
      ['/lib64/ld-linux-x86-64.so.2', '/lib64/ld-linux-x86-64.so.2'],
    ],
  )
})

test('of a static program there are none', () => {
  assert.equal(needed('\tnot a dynamic executable\n').size, 0)
})

test('each image of a service has the name that deploy/kubernetes has, and that of k6 the one of a target file', () => {
  const folder = path.join(CHECKOUT, 'deploy/kubernetes')
  const deployed = readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .flatMap((name) => {
      const text = readFileSync(path.join(folder, name), 'utf8')
      const replaced = [...text.matchAll(/newName: ([^,]+), newTag: "(.+?)"/g)].map(([, name, tag]) => `${name}:${tag}`)
      return [...replaced, ...[...text.matchAll(/image: (\S+)/g)].map(([, image]) => image ?? '')]
    })
  // What sends load where the target file says nothing else.
  deployed.push(/grafana\/k6:[\d.]+/.exec(readFileSync(path.join(CHECKOUT, 'docs/target-file.md'), 'utf8'))?.[0] ?? '')
  for (const { name } of CLUSTER_IMAGES.filter(({ tools }) => Object.keys(tools).length > 0))
    assert.ok(deployed.includes(name.replace(/^docker\.io\/(?:library\/)?/, '')), name)
})

test('every tool that an image has is set up', () => {
  const tools = imageTools()
  for (const { tools: of, beside = {} } of CLUSTER_IMAGES)
    for (const tool of [...Object.values(of), ...Object.values(beside).map((each) => each.tool)]) assert.ok(tools.includes(tool), tool)
})
