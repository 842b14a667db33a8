import assert from 'node:assert/strict'
import { test } from 'node:test'
import { apiServer, recorded, workloadPart, type ApiReply } from '../../testing/chaos/fake-kubernetes.ts'
import { carryOut, stillWrong } from '../undo.ts'
import { memoryPressurePodsFault } from './memory-pressure-pods.ts'

const context = { token: 't-0', step: async () => {}, signal: new AbortController().signal }
const params = { share: 0.85, expirySeconds: 600 }
const web = workloadPart('deployment', 'web')
const whole = recorded['memory-pressure-pods']!
/** The first answer of how much memory is used, and all before it. */
const measured = whole.slice(0, whole.findIndex(({ sent }) => Array.isArray(sent) && sent.length === 3) + 1)

test('memory-pressure-pods fills each pod to a share of its limit, and leaves no process', async (t) => {
  await apiServer(t, whole)
  const { undo, apply } = await memoryPressurePodsFault.prepare(web, params, context)
  assert.match((await apply()).detail, /^container web of deployment moalog\/web uses 8\d % of its memory limit or more in each of 2 pods$/)
  assert.match((await stillWrong(undo)) ?? '', /is of the fault and still runs$/)
  await carryOut(undo)
  assert.equal(await stillWrong(undo), null)
})

test('memory-pressure-pods waits until each pod uses the share, and says what the one with the least uses', async (t) => {
  const readings = whole.flatMap(({ sent, frames }, at) => (Array.isArray(sent) && sent.length === 3 && frames !== undefined ? [at] : []))
  const using = (at: number, bytes: number): ApiReply => ({
    ...whole[at]!,
    frames: [[1, `67108864\n${bytes}\n0\n`], whole[at]!.frames!.at(-1)!],
  })
  // Two looks before it, then what is there already and what is reached, for each pod.
  const [, , , first = 0, , second = 0] = readings
  const replies = [...whole.slice(0, first), using(first, 0.97 * 0.85 * 67_108_864), using(first, 0.9 * 67_108_864)]
  replies.push(...whole.slice(first + 1, second), using(second, 0.97 * 0.85 * 67_108_864), using(second, 0.84 * 67_108_864))
  await apiServer(t, replies)
  const { apply } = await memoryPressurePodsFault.prepare(web, params, context)
  assert.match((await apply()).detail, / uses 84 % of its memory limit or more in each of 2 pods$/)
})

const answered = (text: string): ApiReply[] => [
  ...measured.slice(0, -1),
  {
    ...measured.at(-1)!,
    frames: [
      [1, text],
      [3, '{"metadata":{},"status":"Success"}'],
    ],
  },
]

for (const [what, text, message, code = 'FAULT_NOT_POSSIBLE'] of [
  ['that uses as much already', '67108864\n62914560\n0\n', /already uses 94 % of its memory limit/, 'FAULT_NOT_STEADY'],
  ['whose limit the kernel does not know (version 1)', '9223372036854771712\n62914560\n0\n', /does not show its memory limit/],
  ['whose limit the kernel does not know (version 2)', 'max\n62914560\n0\n', /does not show its memory limit/],
  ['that does not show its control group', '', /does not show its memory limit/],
] as const) {
  test(`a container ${what} is refused`, async (t) => {
    await apiServer(t, answered(text))
    await assert.rejects(memoryPressurePodsFault.prepare(web, params, context), { code, message })
  })
}

test('a container without a memory limit is refused', async (t) => {
  const looked = whole
    .slice(0, 11)
    .map((reply) => ({ ...reply, body: JSON.parse(JSON.stringify(reply.body).replaceAll('"memory":', '"m":')) }))
  await apiServer(t, looked)
  await assert.rejects(memoryPressurePodsFault.prepare(web, params, context), {
    code: 'FAULT_NOT_POSSIBLE',
    message: /has no memory limit/,
  })
})
