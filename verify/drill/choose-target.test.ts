import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { OWN_PLATFORM } from '../../testing/spec/own-platform.ts'
import type { PlatformFolder } from '../model/platform-folder.ts'
import { readPlatform } from '../platform/read-platform.ts'
import { chosenTarget, usualTarget } from './choose-target.ts'

const root = mkdtempSync(join(tmpdir(), 'firedrill-choose-target-'))
after(() => rmSync(root, { recursive: true }))

const target = (name: string, speed: number): string =>
  `name: ${name}\nspeed: ${speed}\nendpoints: { prometheus: 'http://127.0.0.1:1', alertmanager: 'http://127.0.0.1:2', receiver: { port: 3 }, services: {} }\n`

function platform(name: string, files: Readonly<Record<string, string>>): PlatformFolder {
  const folder = join(root, name)
  mkdirSync(join(folder, 'targets'), { recursive: true })
  for (const [file, text] of Object.entries({ 'firedrill.yaml': '', ...files })) writeFileSync(join(folder, file), text)
  return readPlatform({ cwd: folder, stderr: () => undefined })
}

test('a target is a file from the working folder, else one of the platform by its name, else the only one', async () => {
  const shop = platform('shop', { 'targets/staging.yaml': target('staging-eu', 2), 'here.yaml': target('here', 3) })
  const nameOf = async (asked: string | undefined): Promise<string> => {
    const chosen = await chosenTarget(asked, shop, shop.folder)
    return typeof chosen === 'string' ? chosen : `${chosen.target.name} ${chosen.speed}`
  }
  assert.deepEqual(await Promise.all([undefined, 'staging', 'here.yaml', 'targets/staging.yaml'].map(nameOf)), [
    'staging-eu 2',
    'staging-eu 2',
    'here 3',
    'staging-eu 2',
  ])
  assert.deepEqual(await usualTarget(shop, shop.folder), { name: 'staging-eu', speed: 2 })
  await assert.rejects(chosenTarget('stagin', shop, shop.folder), {
    code: 'TARGET_UNREADABLE',
    exitCode: 2,
    next: /^Did you mean "staging"\? A target is a file of /,
  })
  await assert.rejects(chosenTarget('prod', shop, shop.folder), { next: /^Known: staging\. / })
})

test('of several none is meant unless firedrill.yaml says so', async () => {
  const files = { 'targets/a.yaml': target('a', 1), 'targets/b.yml': target('b', 1) }
  const two = platform('two', files)
  await assert.rejects(
    chosenTarget(undefined, two, two.folder),
    (error: { code?: string; next?: string }) => error.code === 'TARGET_WHERE' && /: a, b\./.test(error.next ?? ''),
  )
  const said = platform('said', { ...files, 'firedrill.yaml': 'target: b\n' })
  assert.equal((await usualTarget(said, said.folder)).name, 'b')
})

test('lab and compose are of this checkout alone: of another compose file they would harm what is not meant', async () => {
  assert.deepEqual(await Promise.all([undefined, 'lab', 'compose'].map((asked) => chosenTarget(asked, OWN_PLATFORM, root))), [
    'lab',
    'lab',
    'compose',
  ])
  const other = platform('other', { 'firedrill.yaml': 'compose: c.yaml\n', 'c.yaml': 'services: {}\n' })
  for (const asked of ['lab', 'compose']) await assert.rejects(chosenTarget(asked, other, root), { code: 'TARGET_NONE', exitCode: 2 })
  assert.deepEqual(await usualTarget(other, root), { name: '' })
  const forLab = platform('for-lab', {
    'firedrill.yaml': 'compose: c.yaml\ntarget: lab\n',
    'c.yaml': 'x-firedrill-lab: {}\nservices: {}\n',
  })
  assert.equal(await chosenTarget(undefined, forLab, root), 'lab')
  await assert.rejects(chosenTarget('compose', forLab, root), { code: 'TARGET_NONE' })
})

test('each example says which of its targets is meant', async () => {
  for (const [name, usual] of Object.entries({ host: 'lab', kubernetes: 'node' })) {
    const example = readPlatform({ cwd: join(OWN_PLATFORM.folder, 'examples', name), stderr: () => undefined })
    assert.equal((await usualTarget(example, example.folder)).name, usual)
  }
})
