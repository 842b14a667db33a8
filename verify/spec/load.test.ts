import assert from 'node:assert/strict'
import { cp, mkdir, mkdtemp, readdir, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { knownTo } from '../drill/read-spec.ts'
import { OWN_PLATFORM } from '../../testing/spec/own-platform.ts'
import { kebabCase } from '../text/names.ts'
import { DEFAULT_SPEC_FOLDER, loadSpec } from './load.ts'

const TEAM = fileURLToPath(new URL('./fixtures/team', import.meta.url))

async function withTeam(change: (folder: string) => Promise<void>, look: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'firedrill-spec-'))
  try {
    await cp(TEAM, folder, { recursive: true })
    await change(folder)
    await look(folder)
  } finally {
    await rm(folder, { recursive: true })
  }
}

const codes = async (folder: string): Promise<string[]> => (await loadSpec(folder)).problems.map(({ code }) => code)

test("the project's own specification is complete and without a problem", async () => {
  const { spec, problems } = await loadSpec()
  assert.deepEqual(problems, [])
  const files = (await readdir(join(DEFAULT_SPEC_FOLDER, 'rules'))).map((name) => name.replace('.yaml', ''))
  assert.deepEqual(spec?.rules.map(({ alert }) => kebabCase(alert)).sort(), files.sort())
  assert.ok(files.length > 0)
})

test('it names only faults, scenarios and parameters that there are', async () => {
  const { spec, problems } = await loadSpec(DEFAULT_SPEC_FOLDER, knownTo(OWN_PLATFORM))
  assert.deepEqual(problems, [])
  assert.ok(spec?.rules.some(({ experiments }) => experiments.some(({ fire }) => Object.keys(fire.fault?.params ?? {}).length > 0)))
})

test("another team's folder is read", async () => {
  const { spec } = await loadSpec(TEAM)
  assert.equal(spec?.rules.length, 1)
})

const defects: { story: string; change: (folder: string) => Promise<void>; expected: string[] }[] = [
  {
    story: 'Latin-1 text',
    change: (folder) => writeFile(join(folder, 'routing.yaml'), Buffer.from('because: caf\xe9\n', 'latin1')),
    expected: ['SPEC_NOT_UTF8'],
  },
  {
    story: 'a binary file',
    change: (folder) => writeFile(join(folder, 'rules', 'queue-stuck.yaml'), Buffer.from([0xff, 0xfe, 0, 1])),
    expected: ['SPEC_NOT_UTF8'],
  },
  {
    story: 'a sparse file of ten gigabytes',
    change: (folder) => truncate(join(folder, 'platform.yaml'), 10_000_000_000),
    expected: ['SPEC_TOO_LARGE'],
  },
  {
    story: 'a folder called like a file',
    change: async (folder) => {
      await rm(join(folder, 'routing.yaml'))
      await mkdir(join(folder, 'routing.yaml'))
    },
    expected: ['SPEC_UNREADABLE'],
  },
  { story: 'no rules folder', change: (folder) => rm(join(folder, 'rules'), { recursive: true }), expected: ['SPEC_MISSING_FILE'] },
  { story: 'a note beside the files', change: (folder) => writeFile(join(folder, 'README.md'), 'not read'), expected: [] },
]
for (const { story, change, expected } of defects)
  test(`a folder with ${story}`, () => withTeam(change, async (folder) => assert.deepEqual(await codes(folder), expected)))

test('a folder that is not there is one problem, and the error says how one is made', async () => {
  assert.deepEqual(await codes(join(TEAM, 'nowhere')), ['SPEC_FOLDER'])
  const { problems } = await loadSpec(join(TEAM, 'nowhere'))
  assert.match(problems[0]?.next ?? '', /--spec DIR, or make one by `firedrill init`/)
})
