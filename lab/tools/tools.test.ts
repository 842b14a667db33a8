import assert from 'node:assert/strict'
import path from 'node:path'
import { describe, test } from 'node:test'
import { FiredrillError } from '../../verify/model/error.ts'
import { partFolder } from './cache.ts'
import { partOf } from './parts.ts'
import { libraryEnv, locateTool } from './tools.ts'
import { makeSurroundings, writeFile, writeProgram } from '../../testing/machine/fake-recipes.ts'

describe('locateTool', () => {
  test('takes an installed program that is new enough, under any of its names', (context) => {
    const around = makeSurroundings(context)
    const [bin = ''] = around.searchPath
    writeProgram(path.join(bin, 'prometheus-alertmanager'), 'alertmanager, version 0.27.0 (branch: x)')
    assert.deepEqual(locateTool('alertmanager', around), {
      id: 'alertmanager',
      path: path.join(bin, 'prometheus-alertmanager'),
      version: '0.27.0',
      source: 'installed',
      env: {},
    })
    assert.equal(locateTool('alertmanager', { ...around, useInstalled: false }), undefined)
  })

  test('passes over one that is too old or does not start, and takes the next', (context) => {
    const around = makeSurroundings(context)
    const [bin = ''] = around.searchPath
    const later = path.join(bin, 'later')
    writeProgram(path.join(bin, 'redis-server'), 'Redis server v=6.0.16 sha=0')
    assert.equal(locateTool('redis-server', around), undefined)
    writeProgram(path.join(later, 'redis-server'), 'Redis server v=7.2.4 sha=0')
    assert.equal(locateTool('redis-server', { ...around, searchPath: [bin, later] })?.version, '7.2.4')
  })

  test('prefers what setup made, with its libraries', (context) => {
    const around = makeSurroundings(context)
    const [bin = ''] = around.searchPath
    writeProgram(path.join(bin, 'redis-server'), 'Redis server v=7.2.4 sha=0')
    const folder = partFolder(partOf('redis-server'), around)
    writeFile(path.join(folder, 'usr/bin/redis-server'), '')
    writeFile(
      path.join(folder, 'manifest.json'),
      JSON.stringify({ tools: { 'redis-server': { path: 'usr/bin/redis-server', version: '7.0.15' } }, libraries: ['usr/lib/x'] }),
    )
    assert.deepEqual(locateTool('redis-server', around), {
      id: 'redis-server',
      path: path.join(folder, 'usr/bin/redis-server'),
      version: '7.0.15',
      source: 'setup',
      env: { LD_LIBRARY_PATH: path.join(folder, 'usr/lib/x') },
    })
  })

  test('never takes a k6 that merely happens to be installed', (context) => {
    const around = makeSurroundings(context)
    writeProgram(path.join(around.searchPath[0] ?? '', 'k6'), 'k6 v1.8.1 (go1.26.8, linux/amd64)')
    assert.equal(locateTool('k6', around), undefined)
  })

  test('takes what the environment names, and says so when that is not there', (context) => {
    const around = makeSurroundings(context)
    const mine = path.join(around.checkout, 'my-promtool')
    writeProgram(mine, 'promtool, version 3.1.0')
    assert.equal(locateTool('promtool', { ...around, env: { FIREDRILL_TOOL_PROMTOOL: mine } })?.version, '3.1.0')
    assert.throws(
      () => locateTool('promtool', { ...around, env: { FIREDRILL_TOOL_PROMTOOL: '/nowhere' } }),
      (error) =>
        error instanceof FiredrillError &&
        error.exitCode === 3 &&
        error.message === 'FIREDRILL_TOOL_PROMTOOL names /nowhere, which does not exist',
    )
  })

  test('finds the script of the checkout', (context) => {
    const around = makeSurroundings(context)
    assert.equal(locateTool('payment-provider', around), undefined)
    writeFile(path.join(around.checkout, 'lab/services/payment-provider/server.ts'), '')
    assert.equal(locateTool('payment-provider', around)?.source, 'checkout')
  })
})

test('libraryEnv adds nothing when there is nothing to add', () => {
  assert.deepEqual(libraryEnv([]), {})
  assert.deepEqual(libraryEnv(['/a', '/b']), { LD_LIBRARY_PATH: '/a:/b' })
})
