import assert from 'node:assert/strict'
import { test } from 'node:test'
import { change, delivered, finds, passes } from '../../../../testing/lint/lint-files.ts'
import { lint } from '../../lint.ts'
import { CHECKS } from '../../lint-checks.ts'

const ID = 'start-script-runs'
const S = 'switch-on.sh'
const A = 'alertmanager/alertmanager.yml'
const C = 'docker-compose.yaml'

finds(
  ID,
  'a script that fails, with its line',
  { file: S, from: 'printf %s "$url"', to: 'printf %s "$ADDRESS"', observed: 'ADDRESS is not set' },
  { file: S, from: 'running=/run/alertmanager/', to: 'running=/run/alertmgr/', observed: '/run/alertmgr' },
  { file: S, from: '\ndone\n', to: '\n', observed: 'for without its end' },
  { file: C, from: '    tmpfs: [/run/alertmanager]\n', to: '', observed: '/run/alertmanager' },
)
for (const [what, file, from, to, line] of [
  ['the test is the wrong way round', S, '[ -n "$url" ]', '[ -z "$url" ]', 'expressions='],
  ['a channel that is not in the loop', S, 'for channel in slack discord', 'for channel in slack', 'for channel'],
  ['blanks that the pattern does not take', S, 's/^\\( *\\)#$channel# /\\1/', 's/^#$channel# //', 'expressions='],
  ['the second channel overwrites the first', S, 'expressions="$expressions;s', 'expressions="s', 'expressions='],
  ['a mark that is misspelt', A, '#slack# - receiver: slack\n', '#slac# - receiver: slack\n', '#slac#'],
  ['a mark of any channel that is misspelt', A, '#chat# - receiver', '#cht# - receiver', '#cht#'],
] as const)
  test(`${ID}: a channel that stays off: ${what}`, async () => {
    const { texts, options } = await delivered()
    const checks = CHECKS.filter(({ meta }) => meta.id === ID)
    assert.deepEqual(lint(texts, { ...options, checks }).findings, [])
    const [found, ...more] = lint(change(texts, file, from, to), { ...options, checks }).findings
    assert.deepEqual(more, [])
    assert.ok(found?.source.includes(line), `${found?.file}:${found?.line}: ${found?.source}`)
  })

finds(
  ID,
  'an address without its end, a variable that changes nothing, another program',
  { file: S, from: 'url="${url%/slack}/slack"', to: 'url="$url"', expected: '/slack' },
  { file: S, from: 's#notification-sink:9199#', to: 's#notification-sink:9200#', observed: 'changes nothing' },
  { file: S, from: '${RECEIVER_PORT:-9199}', to: '${RCEEIVER_PORT:-9199}' },
  { file: C, from: 'RECEIVER_PORT: "${', to: 'RECEIVERS_PORT: "${', observed: 'RECEIVERS_PORT' },
  { file: S, from: 'exec /bin/alertmanager', to: 'exec /usr/bin/alertmanager', expected: '/bin/alertmanager' },
)
finds(ID, 'a program that is a child of the shell', {
  file: S,
  from: 'exec /bin/alertmanager',
  to: '/bin/alertmanager',
  severity: 'warning',
})
passes(ID, 'another mode of what is written', S, 'umask 077', 'umask 027')
passes(ID, 'a comment more', S, 'set -eu', '# once more\nset -eu')

finds(
  ID,
  'what Alertmanager is started with',
  { file: S, from: /sed "\$expressions".*\n/, to: '', observed: 'the script never writes it' },
  { file: S, from: '#notification-sink:$', to: '#ntoification-sink:$', observed: 'did you mean notification-sink' },
  { file: S, from: 'set -eu\n', to: 'set -u\n', severity: 'warning', expected: 'set -e' },
)
for (const [what, file, from, to, line] of [
  ['a channel that is on without its URL', S, / {2}\[ -n "\$url" \] \|\| continue\n/, '', 'expressions='],
  ['a receiver that is not there', A, / {2}- name: slack\n[^]*?\n\n/, '\n', '#slack# - receiver: slack'],
  ['a receiver of another name', A, '  - name: discord\n', '  - name: disc\n', '#discord# - receiver: discord'],
  ['a variable that the container is not given', C, / {4}environment:\n {6}RECEIVER_PORT: .*\n/, '', 'alertmanager:'],
] as const)
  test(`${ID}: ${what}`, async () => {
    const { texts, options } = await delivered()
    const [found, ...more] = lint(change(texts, file, from, to), { ...options, only: [ID] }).findings
    assert.deepEqual(more, [])
    assert.ok(found?.source.includes(line), `${found?.file}:${found?.line}: ${found?.source}`)
  })

finds(ID, 'a shell that is elsewhere', { file: C, from: '[/bin/sh, ', to: '[/sh, ', expected: '/bin/sh' })
