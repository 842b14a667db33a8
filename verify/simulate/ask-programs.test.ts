import assert from 'node:assert/strict'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { configure, type Configuration } from '../config/configuration.ts'
import { loadSpec } from '../spec/load.ts'
import { askPrograms, renderMessages } from './ask-programs.ts'

const folder = await mkdtemp(path.join(tmpdir(), 'firedrill-programs-'))
after(() => rm(folder, { recursive: true }))

/** A program that says this, with this exit code, when a word is in its file or arguments. */
async function program(name: string, word: string, says: string): Promise<string> {
  const file = path.join(folder, name)
  await writeFile(
    file,
    `#!/bin/sh\nif { cat config.yml 2>/dev/null; echo "$@"; } | grep -q '${word}'; then printf '%s\\n' '${says}' >&2; exit 1; fi\n`,
  )
  await chmod(file, 0o755)
  return file
}

const config = (file: string, text: string): Configuration => configure([{ file, path: file, text, lineOffset: 0, columnOffset: 0 }])
const PROMTAIL = 'clients:\n  - url: http://loki:3100/loki/api/v1/push\n    max_retry: 120\npositions: {}\nscrape_configs: []\n'

test('a program is asked of its own file; of YAML errors the lines are what it says', async () => {
  const says =
    'Unable to parse config: config.yml: yaml: unmarshal errors:\n  line 3: field max_retry not found in type backoff.Config. Use `-config.expand-env=true` flag'
  const promtail = await program('promtail', 'max_retry', says)
  const [answer, ...more] = await askPrograms({ promtail }, config('promtail.yml', PROMTAIL), path.join(folder, 'a'))
  assert.deepEqual(more, [])
  assert.equal(answer?.subject, 'promtail')
  assert.equal(answer.refused, 'line 3: field max_retry not found in type backoff.Config')
  const [fine] = await askPrograms({ promtail }, config('promtail.yml', PROMTAIL.replace('max_retry: 120', '')), path.join(folder, 'b'))
  assert.equal(fine?.refused, undefined)
})

test('one that is not installed is not asked, and what it writes with a logger is its message', async () => {
  assert.deepEqual(await askPrograms({}, config('promtail.yml', PROMTAIL), path.join(folder, 'c')), [])
  const promtail = await program(
    'logger',
    'max_retry',
    'level=error ts=2026-01-02 caller=main.go:1 msg="validating config" err="no clients"',
  )
  const [answer] = await askPrograms({ promtail }, config('promtail.yml', PROMTAIL), path.join(folder, 'd'))
  assert.equal(answer?.refused, 'no clients')
})

test('every template of a receiver is executed, each at its own place', async () => {
  const { spec } = await loadSpec()
  assert.ok(spec)
  const text = `route: { receiver: a }
receivers:
  - name: a
    slack_configs:
      - api_url_file: /run/url
        title: '{{ .Status }}'
        text: '{{ .CommonLabels.SortedPairs | join ", " }}'
`
  const amtool = await program('amtool', 'SortedPairs', 'amtool: error: template: :1:36: executing "" at <", ">: wrong type')
  const root = config('alertmanager.yml', text).alertmanager[0]
  assert.ok(root)
  const answers = await renderMessages(amtool, { root, templates: [], isWhole: true }, spec, path.join(folder, 'e'))
  assert.deepEqual(
    answers.map(({ subject, at, refused }) => [subject, at.place().line, refused]),
    [
      ['a', 6, undefined],
      ['a', 7, ':1:36: executing "" at <", ">: wrong type'],
    ],
  )
  const named = config('alertmanager.yml', `templates: [x.tmpl]\n${text.replace("'{{ .Status }}'", `'{{ template "own" . }}'`)}`)
    .alertmanager[0]
  assert.ok(named)
  assert.equal(
    (await renderMessages(amtool, { root: named, templates: [], isWhole: false }, spec, path.join(folder, 'f'))).length,
    1,
    'what files of templates define is not here',
  )
})

test('templates of files are executed, and what fails in one is said at its line', async () => {
  const { spec } = await loadSpec()
  assert.ok(spec)
  const text = `templates: [t/*.tmpl]\nroute: { receiver: a }\nreceivers:\n  - name: a\n    webhook_configs: [{ url: 'http://a/{{ template "own" . }}' }]\n`
  const file = { file: 't/own.tmpl', path: 't/own.tmpl', text: '{{ define "own" }}\n {{ .Foo }}{{ end }}', lineOffset: 0, columnOffset: 0 }
  const says = 'amtool: error: template: own.tmpl:2:4: executing "own" at <.Foo>: no field Foo'
  const root = config('alertmanager.yml', text).alertmanager[0]
  assert.ok(root)
  const ask = async (complaint: string, isWhole: boolean): Promise<unknown[]> => {
    const amtool = await program('amtool-of-files', 'template "own"', complaint)
    const answers = await renderMessages(amtool, { root, templates: [file], isWhole }, spec, path.join(folder, 'g'))
    return answers.map(({ refused, inFile }) => (refused === undefined ? 'fine' : inFile && [inFile.text.file, inFile.line, inFile.column]))
  }
  assert.deepEqual(await ask(says, true), [['t/own.tmpl', 2, 5]])
  assert.deepEqual(await ask(says, false), [['t/own.tmpl', 2, 5]])
  const missing = 'amtool: error: template: own.tmpl:2:4: executing "own" at <{{template "b" .}}>: template "b" not defined'
  assert.deepEqual(await ask(missing, true), [['t/own.tmpl', 2, 5]])
  assert.deepEqual(await ask(missing, false), ['fine'], 'another file may define it')
})

test('Prometheus is asked by promtool; one that does not know the question is not taken at its word', async () => {
  const root = config('prometheus.yml', 'global: { scrape_interval: 5s, scrape_timeout: 20s }\nscrape_configs: []\n')
  const says = 'Checking config.yml\n  FAILED: parsing YAML file config.yml: global scrape timeout greater than scrape interval'
  const [answer] = await askPrograms({ promtool: await program('promtool', 'scrape_timeout', says) }, root, path.join(folder, 'g'))
  assert.equal(answer?.subject, 'prometheus')
  assert.equal(answer.refused, 'global scrape timeout greater than scrape interval')
  const old = await program('old-promtool', 'syntax-only', "promtool: error: unknown long flag '--syntax-only', try --help")
  const [unasked] = await askPrograms({ promtool: old }, root, path.join(folder, 'h'))
  assert.equal(unasked?.refused, undefined)
})
