import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { configure } from '../../verify/config/configuration.ts'
import { readableDocuments, type ConfigText, type Cursor } from '../../verify/config/yaml/cursor.ts'
import { componentKeys } from '../../verify/lint/known-keys/components.ts'
import { check as values } from '../../verify/lint/checks/deployment/values-have-their-type.ts'
import type { LintInput } from '../../verify/lint/lint-check.ts'
import { collectorKeys, COMMITTED } from './collector-keys.ts'

const SOURCES = Object.keys((JSON.parse(readFileSync(COMMITTED, 'utf8')) as { sources: object }).sources)

test('the committed keys of the collector are what the script reads from the pinned modules', (t) => {
  const list = collectorKeys()
  if (list === undefined) {
    t.skip('the Go modules cannot be had')
    return
  }
  assert.equal(list, readFileSync(COMMITTED, 'utf8'))
})

/** What the components' own tests have wrong on purpose. */
const ON_PURPOSE = new Set([
  'metric_name is not a key of metricstransform.transforms',
  'metric_name is not a key of metrics_transform.transforms',
  'invalidscraperkey is not a key of hostmetrics.scrapers',
  'thrift_htttp is not a key of jaeger/typo_default_proto_config.protocols',
  'thrift_htttp is not a key of jaeger/bad_proto_config.protocols',
  'use_start_time_metric is not a key of prometheus.config',
  'unknow_section is not a key of prometheus',
  'processor.filter.error_mode: test',
  'processor.transform.error_mode: test',
  'processor.probabilistic_sampler.sampling_percentage: +.Inf',
  // Left over in their files: no test of theirs loads them, and their structs have no such key.
  'shared_cache is not a key of transform/with_shared_cache_key.metric_statements',
  ...['logs', 'metrics', 'profiles', 'traces'].map((signal) => `topic is not a key of kafka/legacy_topic.${signal}`),
  // Numbers without a unit: read as nanoseconds, and hardly meant so.
  'exporter.file.flush_interval: 5',
  'exporter.opencensus.keepalive.time: 20',
  'exporter.opencensus.keepalive.timeout: 30',
])

test('no key and no value of the configurations that the components are tested with is an error, but those that are meant to be', (t) => {
  let cache: string
  try {
    cache = execFileSync('go', ['env', 'GOMODCACHE'], { encoding: 'utf8' }).trim()
  } catch {
    t.skip('no go')
    return
  }
  let files = 0
  const found = new Set<string>()
  for (const source of SOURCES) {
    const folder = `${cache}/${source}`
    if (!existsSync(folder)) continue
    const kind = /\/(receiver|processor|exporter|extension|connector)\//.exec(source)?.[1] ?? ''
    const types = [...readFileSync(`${folder}/metadata.yaml`, 'utf8').matchAll(/^(?:deprecated_)?type: *"?(\w+)/gm)].map((each) => each[1])
    for (const file of globSync(`${folder}/**/testdata/**/*.{yaml,yml}`))
      for (const root of collectorsOf(file, kind, types)) {
        files += 1
        const config = { ...configure([startedBy(source), root.text]), collectors: [root] }
        for (const { key, path } of componentKeys(config)) found.add(`${key} is not a key of ${path}`)
        for (const { subject, observed } of values.judge({ config } as LintInput)) found.add(`${subject}: ${String(observed)}`)
      }
  }
  if (files === 0) t.skip('no module in the cache of Go')
  else
    assert.deepEqual(
      [...found].filter((each) => !ON_PURPOSE.has(each)),
      [],
    )
})

/** The collector of the module's version: keys that it alone does not have are errors too. */
function startedBy(source: string): ConfigText {
  const image = `otel/opentelemetry-collector-contrib:${source.slice(source.lastIndexOf('@v') + 2)}`
  const text = `services:\n  collector: { image: "${image}", volumes: ["./c.yaml:/etc/c.yaml"], command: [--config=/etc/c.yaml] }\n`
  return { file: 'compose.yaml', path: 'compose.yaml', text, lineOffset: 0, columnOffset: 0 }
}

/** A whole configuration, or components by name, which are put into one. */
function collectorsOf(file: string, kind: string, types: readonly (string | undefined)[]): Cursor[] {
  const text = readFileSync(file, 'utf8')
  const open = (its: string): Cursor[] => readableDocuments({ file: 'c.yaml', path: 'c.yaml', text: its, lineOffset: 0, columnOffset: 0 })
  const keys = open(text).flatMap((root) => root.pairs().map(([key]) => key))
  if (keys.some((key) => /^(?:receivers|processors|exporters|service)$/.test(key))) return open(text)
  return keys.some((key) => types.includes(key.split('/')[0])) ? open(`${kind}s:\n${text.replace(/^/gm, '  ')}`) : []
}
