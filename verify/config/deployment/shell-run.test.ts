import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runScript, type ScriptRun } from './shell-run.ts'

function run(script: string, files: Record<string, string> = {}, env: Record<string, string> = {}): ScriptRun {
  return runScript(script, { env, files: new Map(Object.entries(files)), isFolder: (folder) => folder === '/tmp' })
}

test('variables, their defaults and cut ends, quotes and exec', () => {
  const { outcome, program, isExec } = run(
    ['set -eu', 'a=one', 'b="${a}-${C:-two}"', 'url=https://x/slack', `exec /bin/p --a="$b" '$b' "\${url%/slack}" \${D:-}`].join('\n'),
    {},
    { C: '' },
  )
  assert.deepEqual([outcome, program, isExec], ['exec', ['/bin/p', '--a=one-two', '$b', 'https://x'], true])
})

test('for, if, && and ||, redirections and sed, as an entry point uses them', () => {
  const { files } = run(
    [
      'for name in a b; do',
      '  text=$(tr -d "[:space:]" < "/secrets/$name") # blanks',
      '  [ -n "$text" ] || continue',
      '  if [ "$name" = a ]; then text="$text!"; fi',
      '  printf %s "$text" > "/tmp/$name"',
      '  list="${list:-};s/^\\( *\\)#$name# /\\1/"',
      'done',
      'sed "s/x/y/$list" /in > /tmp/out',
      'echo done; echo more >> /tmp/a',
    ].join('\n'),
    { '/secrets/a': ' 1 2\n', '/secrets/b': '\n', '/in': 'x\n  #a# on\n  #b# off' },
  )
  assert.deepEqual([files.get('/tmp/a'), files.get('/tmp/b'), files.get('/tmp/out')], ['12!more\n', undefined, 'y\n  on\n  #b# off'])
})

for (const [script, reason, line] of [
  ['set -u\necho a\necho "$b"', 'b is not set', 3],
  ['cat < /nothing', '/nothing is not there', 1],
  ['echo a > /none/b', '/none, where /none/b is written, is not there', 1],
  ['for a in b; do\necho a', 'for without its end', 1],
  ['if [ a ]; then\necho a', 'if without its end', 1],
  ['sed "s/a/b" /in', 'sed: s/a/b is no substitution', 1],
  ['echo "a', 'a quote that is not closed: "', 1],
  ['echo a\nexit 3', 'exit 3', 2],
] as const)
  test(`a script that fails says where and why: ${reason}`, () => {
    const result = run(script, { '/in': '' })
    assert.deepEqual([result.outcome, result.reason, result.line], ['failed', reason, line])
  })

for (const script of [
  'cat /in | head',
  'case a in a) ;; esac',
  'while true; do echo; done',
  'envsubst < /in',
  'a=`b`',
  'echo $((1 + 1))',
  'A=b c',
])
  test(`what is not known is not guessed: ${script}`, () => {
    assert.equal(run(script, { '/in': '' }).outcome, 'unknown')
  })

test('a script of any length ends', () => {
  assert.equal(run(`for a in ${'b '.repeat(3000)}; do\necho a\ndone`).outcome, 'unknown')
})

for (const script of [
  'continue',
  'sed "s/\\(a/b/" /in',
  `a=x\nfor i in ${'1 '.repeat(40)}; do\na="$a$a"\ndone`,
  `echo ${'$('.repeat(20_000)}`,
])
  test(`a script that is broken breaks nothing: ${script.slice(0, 30)}`, () => {
    assert.notEqual(run(script, { '/in': 'a' }).outcome, 'exec')
  })
