import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FiredrillError } from '../../verify/model/error.ts'
import { CommandFailed } from '../tools/child.ts'
import { engineError } from './engine-command.ts'

test('a command of the engine that fails is a failure; its program, arguments and last lines are said, and no variable', () => {
  const command = {
    program: '/e/bin/docker',
    args: ['build', '--tag', 'redis:7', '/e/work'],
    env: { PATH: '/e/bin:/usr/bin', DOCKER_CONFIG: '/e/c' },
  }
  const known = engineError(new CommandFailed(command, 'ended with code 1', '/e/engine.log', ['E: Unable to locate package']))
  assert.deepEqual([known?.code, known?.exitCode], ['ENGINE_FAILED', 1])
  assert.equal(
    known?.message,
    '/e/bin/docker build --tag redis:7 /e/work: /e/bin/docker ended with code 1\n  | E: Unable to locate package',
  )
  assert.equal(known.next, 'the whole log is /e/engine.log; what is done is kept')
})

test('a part that cannot be built is a failure, a machine without the tools to build it is none; what is not known is no message', () => {
  const of = (code: string): number | undefined => engineError(new FiredrillError(code, 'x', { exitCode: 3 }))?.exitCode
  assert.deepEqual([of('SETUP_FAILED'), of('SETUP_PREREQUISITE'), of('ENGINE_ROOT')], [1, 3, 3])
  assert.equal(engineError(new TypeError('x')), undefined)
})
