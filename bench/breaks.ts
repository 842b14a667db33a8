import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Verdict } from '../verify/model/verdict.ts'
import { firedrill, ROOT } from './command.ts'

/**
 * Breaks one thing in a copy of monitoring/, drills it live and looks whether the drill fails at the right place and nowhere
 * else: npm run breaks [-- NAME...]. Exit code 1 when a break was not found.
 */
interface Break {
  name: string
  file: string
  from: string | RegExp
  to: string
  /** Experiments drilled; traces and logs are always. */
  only: string
  /** The subject (experiment, trace or log) that must fail, and every subject that may. */
  must: string
  may: RegExp
}

const BREAKS: Break[] = [
  { name: 'threshold-doubled', file: 'alert-rules.yml', from: /> 0\.01\b/g, to: '> 0.02', only: 'error-burst', must: 'error-burst', may: /^error-burst$/ },
  { name: 'for-doubled', file: 'alert-rules.yml', from: 'for: 30s', to: 'for: 1m', only: 'redis-killed', must: 'redis-killed', may: /^redis-killed$/ },
  { name: 'critical-route-to-default', file: 'alertmanager/alertmanager.yml', from: /receiver: critical\b/, to: 'receiver: default', only: 'redis-killed', must: 'redis-killed', may: /^redis-killed$/ },
  { name: 'metric-misspelt', file: 'alert-rules.yml', from: 'redis_up == 0', to: 'redis_upp == 0', only: 'redis-killed', must: 'redis-killed', may: /^redis-killed$/ },
  { name: 'collector-exporter-to-closed-port', file: 'otel-collector/otel-collector.yml', from: 'jaeger:4317', to: 'jaeger:4999', only: 'redis-killed', must: 'path-fluxpay-order', may: /^path-|^rate-limiter$|^fluxpay-engine$|^moalog-server$|^drill$/ },
  { name: 'promtail-json-stage-removed', file: 'promtail/promtail.yml', from: / {12}- json:\n(?: {16}.*\n| {18,}.*\n)+/, to: '', only: 'redis-killed', must: 'fluxpay-engine', may: /^rate-limiter$|^fluxpay-engine$/ },
]

const asked = process.argv.slice(2)
const unknown = asked.filter((name) => !BREAKS.some((each) => each.name === name))
if (unknown.length > 0) throw new Error(`unknown: ${unknown.join(', ')}; known: ${BREAKS.map(({ name }) => name).join(', ')}`)
const folder = mkdtempSync(join(tmpdir(), 'firedrill-breaks-'))
let missed = 0
try {
  for (const each of BREAKS.filter(({ name }) => asked.length === 0 || asked.includes(name))) {
    const monitoring = join(folder, each.name)
    cpSync(join(ROOT, 'monitoring'), monitoring, { recursive: true })
    const file = join(monitoring, each.file)
    const before = readFileSync(file, 'utf8')
    const after = before.replace(each.from, each.to)
    if (after === before) throw new Error(`${each.name}: nothing to break in ${each.file}`)
    writeFileSync(file, after)
    const out = join(folder, `${each.name}-run`)
    const { exitCode, wallS } = await firedrill(['run', '--keep', '--monitoring', monitoring, '--only', each.only, '--out', out])
    const failed = (JSON.parse(readFileSync(join(out, 'verdicts.json'), 'utf8')) as Verdict[]).filter(({ status }) => status === 'fail')
    const stray = failed.filter(({ subject }) => !each.may.test(subject))
    const found = exitCode === 1 && failed.some(({ subject }) => subject === each.must) && stray.length === 0
    if (!found) missed += 1
    process.stdout.write(`${found ? 'found ' : 'MISSED'}  ${each.name} (exit code ${exitCode}, ${Math.round(wallS)} s)\n${failed.map(({ subject, check, observed, diagnosis }) => `    ${subject} ${check}: ${(diagnosis ?? observed).slice(0, 200)}\n`).join('')}`)
  }
} finally {
  await firedrill(['lab', 'down'])
  rmSync(folder, { recursive: true, force: true })
}
process.exitCode = missed === 0 ? 0 : 1
