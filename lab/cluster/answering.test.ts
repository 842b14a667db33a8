import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { FIRST_ASKED, firstSilent } from './answering.ts'

test('what is not ready yet is asked again; what never answers 2xx is named', async (t) => {
  let asked = 0
  const server = createServer((request, response) => {
    asked += 1
    response.writeHead(request.url === '/late' && asked > 2 ? 200 : 503).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  assert.equal(await firstSilent([`${base}/late`]), undefined)
  assert.equal(asked, 3)
  assert.equal(await firstSilent([`${base}/late`, `${base}/never`, 'http://127.0.0.1:1/'], 500), `${base}/never`)
})

test('the addresses are those of the example', () => {
  const target = readFileSync(new URL('../../examples/kubernetes/targets/node.yaml', import.meta.url), 'utf8')
  for (const url of FIRST_ASKED) assert.ok(target.includes(new URL(url).origin), url)
})
