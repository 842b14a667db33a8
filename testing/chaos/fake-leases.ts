import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { temporaryDirectory } from './processes.ts'

export interface StoredLease {
  metadata: { name: string; uid: string; resourceVersion: string }
  spec: { holderIdentity: string; renewTime: string; leaseDurationSeconds: number }
}

// oxlint-disable-next-line typescript/no-explicit-any -- a body of any kind
type Sent = Record<string, any>

export interface LeaseServer {
  stored: StoredLease | undefined
  /** Answers 503. */
  refuse: boolean
  /** Methods of the requests for the lease. */
  requests: string[]
}

/**
 * One Lease as an API server keeps it, with versions and conflicts, for several drills at once. Access is allowed.
 */
export async function leaseServer(t: TestContext): Promise<LeaseServer> {
  const state: LeaseServer = { stored: undefined, refuse: false, requests: [] }
  let version = 100
  const server = createServer(async (request, response) => {
    const bytes: Buffer[] = []
    for await (const chunk of request as AsyncIterable<Buffer>) bytes.push(chunk)
    const sent = bytes.length === 0 ? undefined : (JSON.parse(Buffer.concat(bytes).toString()) as Sent)
    const answer = (status: number, body: unknown): unknown =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    const status = (code: number): unknown => answer(code, { kind: 'Status', apiVersion: 'v1', status: 'Failure', code })
    const put = (code: number): unknown => {
      version += 1
      state.stored = {
        ...(sent as StoredLease),
        metadata: { ...sent?.['metadata'], uid: state.stored?.metadata.uid ?? `u${version}`, resourceVersion: String(version) },
      }
      return answer(code, state.stored)
    }
    if (request.url?.endsWith('selfsubjectaccessreviews')) return answer(201, { ...sent, status: { allowed: true } })
    state.requests.push(`${request.method}`)
    if (state.refuse) return status(503)
    const current = state.stored?.metadata.resourceVersion
    if (request.method === 'POST') return state.stored === undefined ? put(201) : status(409)
    if (state.stored === undefined) return status(404)
    if (request.method === 'GET') return answer(200, state.stored)
    const wanted = request.method === 'PUT' ? sent?.['metadata'].resourceVersion : sent?.['preconditions']?.resourceVersion
    if (wanted !== undefined && wanted !== current) return status(409)
    if (request.method === 'PUT') return put(200)
    state.stored = undefined
    return answer(200, { kind: 'Status', apiVersion: 'v1', status: 'Success' })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const file = join(await temporaryDirectory(t), 'kubeconfig')
  const address = { 'server': `http://127.0.0.1:${(server.address() as AddressInfo).port}`, 'insecure-skip-tls-verify': true }
  writeFileSync(
    file,
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'test', cluster: address }],
      users: [{ name: 'drill', user: {} }],
      contexts: [{ name: 'fd', context: { cluster: 'test', user: 'drill' } }],
    }),
  )
  const before = process.env['KUBECONFIG']
  process.env['KUBECONFIG'] = file
  t.after(() => {
    if (before === undefined) delete process.env['KUBECONFIG']
    else process.env['KUBECONFIG'] = before
    server.closeAllConnections()
    server.close()
  })
  return state
}
