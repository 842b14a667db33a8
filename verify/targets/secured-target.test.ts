import assert from 'node:assert/strict'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { after, test, type TestContext } from 'node:test'
import { main } from '../cli.ts'
import type { CommandIo } from '../model/command-io.ts'

const folder = mkdtempSync(join(tmpdir(), 'firedrill-secured-'))
after(() => {
  rmSync(folder, { recursive: true })
})

/** Prometheus and Alertmanager behind a proxy that asks who comes, and that says in its refusal what it was told. */
async function secured(context: TestContext): Promise<{ file: string; asked: string[] }> {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(request.url ?? '')
    const { authorization = '', 'x-api-key': key = '' } = request.headers
    response.writeHead(401).end(`nobody knows ${authorization} with ${String(key)}`)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  context.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const base = `http://127.0.0.1:${(server.address() as { port: number }).port}`
  const file = join(folder, 'staging.yaml')
  writeFileSync(
    file,
    `name: staging
endpoints:
  prometheus: { url: ${base}/prometheus, basicAuth: { user: drill, passwordEnv: WAY_IN }, headersEnv: { X-Api-Key: THE_KEY } }
  alertmanager: { url: ${base}/alertmanager, bearerTokenEnv: OTHER_WAY_IN }
  loki: ${base}
  jaeger: ${base}
  otlp: ${base}
  receiver: { port: 1 }
  services: {}
`,
  )
  return { file, asked }
}

async function type(line: string[], env: Record<string, string>): Promise<{ code: number; said: string }> {
  let said = ''
  const io: CommandIo = {
    stdout: (text) => {
      said += text
    },
    stderr: (text) => {
      said += text
    },
    stdin: new PassThrough(),
    env: { PATH: process.env['PATH'], HOME: folder, XDG_STATE_HOME: folder, ...env },
    cwd: folder,
    isTTY: false,
    color: false,
    exitCode: 0,
    signal: new AbortController().signal,
  }
  return { code: await main(line, io), said }
}

for (const command of ['run', 'gameday']) {
  test(`${command}: a variable that is missing is named before anything is asked`, async (context) => {
    const { file, asked } = await secured(context)
    const { code, said } = await type([command, '--target', file], { WAY_IN: 'hunter2' })
    assert.equal(code, 2)
    assert.match(
      said,
      /the environment variables THE_KEY \(endpoints\.prometheus\) and OTHER_WAY_IN \(endpoints\.alertmanager\) are not set \[SECRET_MISSING\]/,
    )
    assert.deepEqual(asked, [])
    assert.equal(existsSync(join(folder, 'firedrill')), false, 'no ledger')
  })

  test(`${command}: who is not let in hears so, without the secrets that the answer repeats`, async (context) => {
    const { file, asked } = await secured(context)
    const pair = Buffer.from('drill:hunter2').toString('base64')
    const { code, said } = await type([command, '--target', file], { WAY_IN: 'hunter2', THE_KEY: 'hunter3', OTHER_WAY_IN: 'hunter4' })
    assert.equal(code, 3)
    assert.match(
      said,
      /\/prometheus\/api\/v1\/status\/config": 401 nobody knows Basic \*\*\* with \*\*\* \[TARGET_UNREACHABLE\]\n {2}.*credentials/,
    )
    assert.doesNotMatch(said, new RegExp(`hunter|${pair}`))
    assert.deepEqual(asked, ['/prometheus/api/v1/status/config'])
  })
}
