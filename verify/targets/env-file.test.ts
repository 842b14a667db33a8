import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readEnvText } from './env-file.ts'

/** What `docker compose config` of Compose 2.26.1 made of each text. */
const RECORDED: readonly [text: string, values: Record<string, string>][] = [
  ['A=1\nB\nD=2\n', { A: '1', D: '2' }],
  ['export A\nexport B=1\n', { B: '1' }],
  ['A:1\nB: 2\n', { A: '1', B: '2' }],
  ['A=  lead and trail  \nB=\n', { A: 'lead and trail', B: '' }],
  ['# c\n\n  A=x # y "z\nB=1\n', { A: 'x', B: '1' }],
  ['A=#x\nB= # y\nC=a#b\nD=a\t#b\n', { A: '#x', B: '# y', C: 'a#b', D: 'a\t#b' }],
  ['A="x # y" # after\nB=\'x # y\'\n', { A: 'x # y', B: 'x # y' }],
  ['A="multi\nline"\nB=\'multi\nsq $A\'\n', { A: 'multi\nline', B: 'multi\nsq $A' }],
  ['A="line\\nbreak\\ttab \\"q\\" \\$B \\\\"\n', { A: 'line\nbreak\ttab "q" $B \\' }],
  ["A='a\\'b'\nB=1\n", { A: "a'b", B: '1' }],
  ['A=plain\nB="a $A # c"\nC=\'a $A # c\'\nD=un $A\n', { A: 'plain', B: 'a plain # c', C: 'a $A # c', D: 'un plain' }],
  ['A="$B"\nB=2\nC=$B$UNKNOWN.\nD=$1x\n', { A: '', B: '2', C: '2.', D: '$1x' }],
  ['A=${B-${C}}\nB=${Q:-a}b}\n', { A: '', B: 'ab}' }],
  ['A=$\nB=a$ b\nC=$-\nD=pa$$word\n', { A: '$', B: 'a$ b', C: '$-', D: 'pa$word' }],
  ['A=a\\nb"c"\nB=`x`\nC=$(x)\nD=it\'s\n', { A: 'a\\nb"c"', B: '`x`', C: '$(x)', D: "it's" }],
  ['A="a"b\nB=\'x\'y\nC="x" y\n', { A: 'a', B: 'x', C: 'x' }],
]

for (const [text, values] of RECORDED)
  test(`.env ${JSON.stringify(text)} is read as Docker Compose does`, () => {
    assert.deepEqual(readEnvText(text, '.env', {}), values)
    assert.deepEqual(
      readEnvText(text.replaceAll('\n', '\r\n').replace(/\r\n$/, ''), '.env', {}),
      values,
      'lines of Windows, no line break at the end',
    )
  })

test('a variable of the environment is taken before the one that the file sets', () => {
  assert.deepEqual(readEnvText('A=file\nB=${A}\n', '.env', { A: 'environment' }), { A: 'file', B: 'environment' })
})

test('what Docker Compose refuses is refused with the line', () => {
  for (const [text, line, message] of [
    ['A=1\nA B=1\n', 2, /no assignment/],
    ['# c\nA="x\nB=2\n', 2, /A has an opening quote/],
    ['C="a" "b"\n', 1, /no assignment/],
    ["A=1\n\nB='x\n", 3, /B has an opening quote/],
  ] as const)
    assert.throws(() => readEnvText(text, '/p/.env', {}), { code: 'ENV_FILE', message, place: { file: '/p/.env', line } })
})
