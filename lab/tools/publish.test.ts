import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readdirSync, utimesSync } from 'node:fs'
import path from 'node:path'
import { describe, test } from 'node:test'
import { cachedPart, partFolder } from './cache.ts'
import { partOf } from './parts.ts'
import { publishPart } from './publish.ts'
import { makeSurroundings, writeFile, writeProgram } from '../../testing/machine/fake-recipes.ts'

describe('publishPart', () => {
  test('renames a build that starts and says the pinned version', (context) => {
    const around = makeSurroundings(context)
    const part = partOf('toxiproxy')
    const out = `${partFolder(part, around)}.1.partial`
    writeProgram(path.join(out, 'toxiproxy'), 'toxiproxy-server version 2.5.0')
    const manifest = publishPart(part, around, out, 12.4)
    assert.equal(manifest.seconds, 12)
    assert.equal(existsSync(out), false)
    assert.equal(cachedPart(part, around)?.manifest.tools.toxiproxy?.version, '2.5.0')
  })

  test('refuses another version, and one that does not start', (context) => {
    const around = makeSurroundings(context)
    const part = partOf('toxiproxy')
    const out = `${partFolder(part, around)}.1.partial`
    writeProgram(path.join(out, 'toxiproxy'), 'toxiproxy-server version 2.4.0')
    assert.throws(() => publishPart(part, around, out, 1), /toxiproxy says it is 2\.4\.0, but 2\.5\.0 was to be built/)
    writeFile(path.join(out, 'toxiproxy'), 'not a program')
    assert.throws(() => publishPart(part, around, out, 1), /toxiproxy does not start/)
    assert.equal(cachedPart(part, around), undefined)
  })

  test('refuses a package that is too old, saying what is needed', (context) => {
    const around = makeSurroundings(context)
    const part = partOf('redis-server')
    const out = `${partFolder(part, around)}.1.partial`
    writeProgram(path.join(out, 'usr/bin/redis-server'), 'Redis server v=6.0.16')
    assert.throws(() => publishPart(part, around, out, 1), /this distribution has Redis 6\.0\.16, but 7\.0 or newer is needed/)
  })

  test('refuses a build that made nothing', (context) => {
    const around = makeSurroundings(context)
    const out = path.join(around.cacheRoot, 'jars', 'x.partial')
    mkdirSync(out, { recursive: true })
    assert.throws(() => publishPart(partOf('kafka'), around, out, 1), /the build made no kafka/)
  })

  test('notes library folders, and gives a script the version of its neighbour', (context) => {
    const around = makeSurroundings(context)
    const part = partOf('mariadbd')
    const out = `${partFolder(part, around)}.1.partial`
    writeProgram(path.join(out, 'usr/sbin/mariadbd'), 'mariadbd  Ver 10.11.19-MariaDB')
    writeProgram(path.join(out, 'usr/bin/mariadb-install-db'), '')
    writeFile(path.join(out, 'usr/lib/x86_64-linux-gnu/liburing.so.2'), '')
    const manifest = publishPart(part, around, out, 1)
    assert.deepEqual(manifest.libraries, ['usr/lib/x86_64-linux-gnu'])
    assert.equal(manifest.tools['mariadb-install-db']?.version, '10.11.19')
  })

  test('keeps two older builds, no more', (context) => {
    const around = makeSurroundings(context)
    const part = partOf('toxiproxy')
    const root = path.dirname(partFolder(part, around))
    for (const [index, key] of ['oldest', 'older', 'old'].entries()) {
      writeFile(path.join(root, key, 'manifest.json'), '{}')
      utimesSync(path.join(root, key), index + 1, index + 1)
    }
    const out = path.join(root, 'x.partial')
    writeProgram(path.join(out, 'toxiproxy'), 'toxiproxy-server version 2.5.0')
    publishPart(part, around, out, 1)
    assert.deepEqual(readdirSync(root).sort(), ['old', 'older', path.basename(partFolder(part, around))].sort())
  })
})
