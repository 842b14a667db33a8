import assert from 'node:assert/strict'
import path from 'node:path'
import { describe, test } from 'node:test'
import { partOf, PARTS, TOOL_IDS } from './parts.ts'
import type { ToolId } from './parts.ts'
import { formatMinutes, lanesFor, planSetup, planTasks, planText } from './plan-setup.ts'
import { makeSurroundings, writeFile, writeProgram } from '../../testing/machine/fake-recipes.ts'
import { chainSeconds, startable } from './tasks.ts'
import type { Surroundings } from './cache.ts'

function withScript(around: Surroundings): Surroundings {
  writeFile(path.join(around.checkout, 'lab/services/payment-provider/server.ts'), '')
  return around
}

describe('planSetup', () => {
  test('on a bare machine makes everything but the script', (context) => {
    const plan = planSetup([], withScript(makeSurroundings(context)), 2)
    assert.deepEqual(
      plan.missing.map((part) => part.id),
      PARTS.filter(({ id, extra }) => id !== 'payment-provider' && extra !== true).map(({ id }) => id),
    )
    assert.deepEqual(plan.absent, [])
    assert.ok(plan.estimateSeconds > 300 && plan.estimateSeconds < 20 * 60, `estimate is ${plan.estimateSeconds}`)
  })

  test('says what a checkout lacks that nothing can make', (context) => {
    assert.deepEqual(
      planSetup([], makeSurroundings(context), 2).absent.map((part) => part.id),
      ['payment-provider'],
    )
  })

  test('makes only what is asked for, and asks only for what the tools need', (context) => {
    const around = makeSurroundings(context)
    writeProgram(path.join(around.searchPath[0] ?? '', 'promtool'), 'promtool, version 2.53.0')
    const only: ToolId[] = ['promtool', 'amtool']
    const plan = planSetup(only, around, 2)
    assert.deepEqual(
      plan.ready.map(({ part, from }) => [part.id, from]),
      [['prometheus', 'installed']],
    )
    assert.deepEqual(
      plan.missing.map((part) => part.id),
      ['amtool'],
    )
    assert.deepEqual(
      plan.tasks.map((task) => task.id),
      ['amtool:0', 'amtool:1'],
    )
    assert.ok(plan.estimateSeconds < 60)
  })

  test('makes Prometheus when only its promtool is there and both are wanted', (context) => {
    const around = withScript(makeSurroundings(context))
    writeProgram(path.join(around.searchPath[0] ?? '', 'promtool'), 'promtool, version 2.53.0')
    assert.ok(planSetup([], around, 2).missing.some((part) => part.id === 'prometheus'))
  })
})

describe('planTasks', () => {
  const tasks = planTasks(PARTS)
  const asTasks = tasks.map((task) => ({
    ...task.step,
    id: task.id,
    part: task.part?.id ?? '',
    after: task.after,
    rank: task.rank,
    run: () => Promise.resolve(),
  }))
  const idle = { running: [], begun: new Set<string>() }

  test('begins with what simulate calls, the longest way first', () => {
    const chain = chainSeconds(asTasks)
    const one = { network: 1, cpu: 1 }
    const begun = new Set<string>()
    for (let size = -1; begun.size > size;) {
      size = begun.size
      for (const { id } of startable(asTasks, { running: [], done: begun, begun: new Set(begun) }, one, chain)) begun.add(id)
    }
    const downloads = [...begun].filter((id) => asTasks.find((task) => task.id === id)?.lane === 'network')
    assert.deepEqual(downloads.slice(0, 4).sort(), ['alertmanager:0', 'amtool:0', 'package-lists', 'prometheus:0'])
    assert.equal(downloads[0], 'alertmanager:0')
  })

  test('downloads the largest build beside it from the start', () => {
    assert.deepEqual(
      startable(asTasks, { ...idle, done: new Set() }, lanesFor(2), chainSeconds(asTasks)).map((task) => task.lane),
      ['network', 'network'],
    )
  })

  test('has one last task for every part that is made', () => {
    assert.deepEqual(
      tasks.filter((task) => task.last).map((task) => task.part?.id),
      PARTS.filter((part) => part.recipe.kind !== 'script').map((part) => part.id),
    )
  })

  test('fetches no package lists when nothing is a package', () => {
    assert.deepEqual(
      planTasks([partOf('k6')]).map((task) => task.id),
      ['k6:0', 'k6:1'],
    )
  })
})

test('lanesFor gives a core a compiler, up to four', () => {
  assert.deepEqual(
    [1, 2, 16].map((cores) => lanesFor(cores).cpu),
    [1, 2, 4],
  )
})

describe('planText', () => {
  test('says what, where from, where to and how long', (context) => {
    const around = makeSurroundings(context)
    writeProgram(path.join(around.searchPath[0] ?? '', 'redis-server'), 'Redis server v=7.0.15')
    const text = planText(planSetup(['redis-server', 'promtool', 'k6'], around, 2))
    assert.deepEqual(text, [
      'already on this machine and new enough: Redis',
      'to be made:',
      '  Prometheus  package of this distribution, unpacked without installing it; 2.42 or newer',
      '  k6          Go source, compiled here by xk6; 1.8.1',
      `into ${around.cacheRoot} (about 148 MB); no system service is installed, started or stopped`,
      'takes about 2 min; may be interrupted at any time and goes on where it was',
    ])
  })

  test('names no host', (context) => {
    const text = planText(planSetup(TOOL_IDS, withScript(makeSurroundings(context)), 2)).join('\n')
    assert.doesNotMatch(text, /https?:|\b[a-z]+\.(?:org|com|io|net)\b/)
  })

  test('says when there is nothing to do', (context) => {
    assert.deepEqual(planText(planSetup(['payment-provider'], withScript(makeSurroundings(context)), 2)), [
      'ready: payment-provider stand-in',
      'nothing to do',
    ])
  })
})

test('formatMinutes is no more exact than an estimate', () => {
  assert.deepEqual([0, 12, 54, 61, 200, 3900].map(formatMinutes), ['5 s', '15 s', '55 s', '1 min', '3 min', '1 h 5 min'])
})
