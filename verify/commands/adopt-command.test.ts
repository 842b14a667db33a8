import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { killProcess, startProcess, waitHealthy } from '../../chaos/drivers/process.ts'
import { tcpServerRecord, temporaryDirectory } from '../../testing/chaos/processes.ts'
import { main } from '../cli.ts'

test('adopt writes the record beside the platform, and refuses what is no pid and no address', async (t) => {
  const cwd = await temporaryDirectory(t)
  const adopt = async (...words: string[]): Promise<{ code: number; out: string; err: string }> => {
    let [out, err] = ['', '']
    const io = {
      stdout: (text: string) => void (out += text),
      stderr: (text: string) => void (err += text),
      ...{ env: {}, cwd, isTTY: false, color: false, exitCode: 0, signal: new AbortController().signal },
    }
    const code = await main(['adopt', ...words], io)
    return { code, out, err }
  }
  const server = await tcpServerRecord(t)
  const { pid } = await startProcess(server.file)
  await waitHealthy(server.file)
  const health = ['--health', `127.0.0.1:${server.port}`]
  const refusals: [string[], number, RegExp][] = [
    [['shop', 'shop.json', ...health], 2, /"shop" is no pid \[BAD_OPTION\]/],
    [[String(pid), 'shop.json', '--health', 'https://127.0.0.1/'], 2, /--health: "https:.*" is no address/],
    [[String(pid), 'shop.json'], 2, /--health <address>' not specified/],
    [[String(pid), 'shop.json', ...health, '--', 'true'], 3, /and "true" is no program \[PROCESS_NOT_ADOPTED\]\n.*Nothing was written/],
  ]
  for (const [words, code, message] of refusals) {
    const refused = await adopt(...words)
    assert.equal(refused.code, code, words.join(' '))
    assert.match(refused.err, message)
  }
  const file = join(cwd, 'run/shop.json')
  assert.equal(existsSync(file), false)
  const { code, out } = await adopt(String(pid), 'run/shop.json', ...health)
  assert.equal(code, 0)
  assert.ok(out.startsWith(`${file}: `) && out.endsWith(`, pid ${pid}\n`), out)
  assert.equal((JSON.parse(readFileSync(file, 'utf8')) as { pid: number }).pid, pid)
  await killProcess(file)
})
