import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { temporaryDirectory } from '../../testing/chaos/processes.ts'
import { differences, publishedCrds, PUBLISHED_CRDS, type PublishedCrd } from './published-crds.ts'

const CONTENT = 'kind: CustomResourceDefinition\n'

/** A host that has two files, and what has been asked of it. */
async function host(t: TestContext, status = 200): Promise<{ crds: PublishedCrd[]; asked: string[] }> {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(request.url ?? '')
    response.writeHead(status).end(CONTENT)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  const { port } = server.address() as AddressInfo
  const sha256 = createHash('sha256').update(CONTENT).digest('hex')
  return { asked, crds: ['a.yaml', 'b.yaml'].map((file) => ({ file, url: `http://127.0.0.1:${port}/${file}`, sha256 })) }
}

test('what is lacking is downloaded once; what was cut off or changed since is downloaded anew', async (t) => {
  const { crds, asked } = await host(t)
  const cache = await temporaryDirectory(t)
  const folder = await publishedCrds(cache, crds)
  assert.deepEqual(readdirSync(folder).sort(), ['a.yaml', 'b.yaml'])
  assert.deepEqual(differences(folder, crds), { lacks: [], others: [] })
  await publishedCrds(cache, crds)
  assert.deepEqual(asked, ['/a.yaml', '/b.yaml'])
  writeFileSync(join(folder, 'b.yaml'), CONTENT.slice(0, 9))
  assert.deepEqual(differences(folder, crds), { lacks: [], others: ['b.yaml'] })
  await publishedCrds(cache, crds)
  assert.deepEqual(asked, ['/a.yaml', '/b.yaml', '/b.yaml'])
  assert.equal(readFileSync(join(folder, 'b.yaml'), 'utf8'), CONTENT)
})

test('another content than the pinned one is refused and not kept; a host that does not give it is "could not tell"', async (t) => {
  const cache = await temporaryDirectory(t)
  const { crds } = await host(t)
  const [first] = crds
  await assert.rejects(publishedCrds(cache, [{ ...first!, sha256: '0'.repeat(64) }]), { code: 'CRDS_CHANGED', exitCode: 1 })
  const gone = await host(t, 404)
  await assert.rejects(publishedCrds(cache, gone.crds), {
    code: 'CRDS_UNREACHABLE',
    exitCode: 3,
    message: /^a\.yaml cannot be .*: status 404$/,
  })
  // Port 9 (discard) of loopback: no one listens.
  const away = [{ ...first!, url: 'http://127.0.0.1:9/a.yaml' }]
  await assert.rejects(publishedCrds(cache, away), { code: 'CRDS_UNREACHABLE', exitCode: 3 })
  assert.deepEqual(readdirSync(join(cache, 'published-crds')), [])
})

test('each pin is a file of a release, and a folder that lacks one is named as such', async (t) => {
  for (const { file, url, sha256 } of PUBLISHED_CRDS) {
    assert.match(url, new RegExp(String.raw`^https://.*/v\d+\.\d+\.\d+/.*/${file}$`))
    assert.match(sha256, /^[0-9a-f]{64}$/)
  }
  const folder = join(await temporaryDirectory(t), 'own')
  mkdirSync(folder)
  assert.deepEqual(differences(folder), { lacks: PUBLISHED_CRDS.map(({ file }) => file), others: [] })
})
