import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { findTool } from '../../lab/tools/tools.ts'
import { delivered } from '../../testing/lint/lint-files.ts'
import { readSources } from '../../verify/config/read-sources.ts'
import { buildSources } from '../../verify/config/build-sources.ts'
import { mutate } from './mutate.ts'
import { contradictionsIn, formatScore, scoreOf, unexplainedIn } from './score.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const TOOLS = ['promtool', 'amtool', 'alertmanager', 'loki', 'promtail'] as const

/** `firedrill mutate --blind all --only nothing --explained` judges all of them. */
test('of changes that know nothing of the checks 95 % are noticed, and each of the rest is explained', async (context) => {
  const tools = Object.fromEntries(TOOLS.flatMap((id) => [findTool(id)].filter((file) => file !== undefined).map((file) => [id, file])))
  if (Object.keys(tools).length < TOOLS.length) {
    context.skip('the programs are not installed: npm run setup')
    return
  }
  const {
    texts,
    options: { spec, catalogue, logLines, variables = {}, examples = {} },
  } = await delivered()
  const run = await mutate({
    spec,
    knowledge: { catalogue, logLines },
    texts,
    variables,
    examples,
    tools,
    only: ['nothing'],
    blind: { seed: 2026, sample: 250 },
    exists: (file) => existsSync(resolve(ROOT, file)),
    sources: buildSources(ROOT),
    beside: (await readSources(['deploy'], ROOT)).texts,
  })
  assert.deepEqual(run.baseline, [])
  const { total, score } = scoreOf(run.blind)
  assert.ok(total.killed + total.survived > 120, 'what is left out is not most of it')
  assert.ok(score >= 0.95, formatScore(run))
  assert.deepEqual(
    unexplainedIn(run.blind).map(({ mutant }) => `${mutant.file}: ${mutant.what}`),
    [],
    'find it in a check, or say in explanations.ts why not',
  )
  assert.deepEqual(
    contradictionsIn(run.blind).map(({ mutant, by, contradicts }) => `${mutant.file}: ${mutant.what}: ${by}, and ${contradicts}`),
    [],
    'what an error notices is no equivalent: correct the check or the explanation',
  )
})
