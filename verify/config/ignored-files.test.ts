import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, test } from 'node:test'
import { ignoredFiles } from './ignored-files.ts'

const root = mkdtempSync(join(tmpdir(), 'firedrill-ignored-'))
after(() => rmSync(root, { recursive: true }))

const FILES: Record<string, string> = {
  '.gitignore':
    '# made at deploy time\n*.pem\n.env\n/secrets/*\n!secrets/README.md\nbuild/\nconf/**/local.yml\n/only-here.yml\n**/generated\nlog[0-9].txt\nwith\\ space\n\\#odd\nends \n',
  'deploy/.gitignore': '!important.pem\nslack_url\n',
}
for (const [file, text] of Object.entries(FILES)) {
  mkdirSync(dirname(join(root, file)), { recursive: true })
  writeFileSync(join(root, file), text)
}
const NAMES = [
  ...['a.pem', 'deploy/a.pem', 'deploy/important.pem', '.env', 'deploy/x/.env', '.envrc', 'secrets/slack', 'secrets/README.md'],
  ...['deploy/secrets/slack', 'build/x.yml', 'deploy/build/deep/x.yml', 'build.yml', 'conf/local.yml', 'conf/a/b/local.yml'],
  ...['only-here.yml', 'deploy/only-here.yml', 'a/generated', 'generated/x.json', 'log1.txt', 'logs.txt', 'with space', '#odd', 'ends'],
  ...['deploy/slack_url', 'slack_url', 'deploy/below/slack_url', 'prometheus.yml'],
]

test('what .gitignore lists is what git itself ignores', (context) => {
  try {
    execFileSync('git', ['init', '-q', root], { stdio: 'ignore' })
  } catch {
    context.skip('git is not installed')
    return
  }
  let said = ''
  try {
    said = execFileSync('git', ['-C', root, '-c', 'core.quotePath=false', 'check-ignore', '--no-index', '--stdin'], {
      input: `${NAMES.join('\n')}\n`,
      encoding: 'utf8',
    })
  } catch (error) {
    assert.fail(String(error))
  }
  const isIgnored = ignoredFiles(root)
  assert.deepEqual(NAMES.filter(isIgnored), said.trimEnd().split('\n'))
  assert.ok(said.split('\n').length > 12)
})

test('outside of a repository nothing is ignored', () => {
  const folder = mkdtempSync(join(tmpdir(), 'firedrill-plain-'))
  try {
    writeFileSync(join(folder, '.gitignore'), '*\n')
    assert.equal(ignoredFiles(folder)('a.yml'), false)
  } finally {
    rmSync(folder, { recursive: true })
  }
})
