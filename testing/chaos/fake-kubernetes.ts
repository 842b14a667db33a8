import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { temporaryDirectory } from './processes.ts'

export interface ApiReply {
  request: string
  /** The body that must have come. */
  sent?: unknown
  status: number
  body: Record<string, unknown>
}

/** What a real API server answered while each fault was applied and undone, by fault and kind of workload. */
export const recorded = (
  JSON.parse(readFileSync(new URL('kubernetes-replies.json', import.meta.url), 'utf8')) as { scenarios: Record<string, ApiReply[]> }
).scenarios

/** A time that is sent is another each time; the recordings have * there. */
function timeless(key: string, value: unknown): unknown {
  return key === 'acquireTime' || key === 'renewTime' ? '*' : value
}

/** An API server that knows these requests alone, in this order and with these bodies; what is left at the end fails the test. */
export async function apiServer(t: TestContext, listed: readonly ApiReply[]): Promise<void> {
  const wrong: string[] = []
  const replies = [...listed]
  const server = createServer(async (request, response) => {
    const bytes: Buffer[] = []
    for await (const chunk of request as AsyncIterable<Buffer>) bytes.push(chunk)
    const text = Buffer.concat(bytes).toString('utf8')
    const got = { request: `${request.method} ${request.url}`, ...(text === '' ? {} : { sent: JSON.parse(text, timeless) as unknown }) }
    const next = replies.shift()
    const expected = { request: next?.request, ...(next?.sent === undefined ? {} : { sent: next.sent }) }
    try {
      assert.deepEqual(got, expected)
    } catch {
      wrong.push(`${JSON.stringify(got)}, expected ${JSON.stringify(expected)}`)
    }
    response.writeHead(next?.status ?? 500, { 'content-type': 'application/json' }).end(JSON.stringify(next?.body ?? {}))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const file = join(await temporaryDirectory(t), 'kubeconfig')
  const cluster = { 'server': `http://127.0.0.1:${(server.address() as AddressInfo).port}`, 'insecure-skip-tls-verify': true }
  const config = {
    'apiVersion': 'v1',
    'kind': 'Config',
    'clusters': [{ name: 'test', cluster }],
    'users': [{ name: 'drill', user: {} }],
    'contexts': [{ name: 'fd', context: { cluster: 'test', user: 'drill' } }],
    'current-context': 'another',
  }
  writeFileSync(file, JSON.stringify(config))
  const before = process.env['KUBECONFIG']
  process.env['KUBECONFIG'] = file
  t.after(() => {
    if (before === undefined) delete process.env['KUBECONFIG']
    else process.env['KUBECONFIG'] = before
    server.closeAllConnections()
    server.close()
    assert.deepEqual(wrong, [])
    assert.deepEqual(replies, [])
  })
}

export const workloadPart = (kind: 'deployment' | 'statefulset', name: string) => ({
  name,
  kubernetes: { context: 'fd', namespace: 'moalog', kind, name },
})
