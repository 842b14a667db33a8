import assert from 'node:assert/strict'
import { mkdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { describe, test } from 'node:test'
import { cachedPart, cacheRoot, filesUnder, matches, partFolder, partKey, partRoot, searchPath } from './cache.ts'
import { PARTS } from './parts.ts'
import type { Part, PartId } from './parts.ts'
import { makeSurroundings, writeFile } from '../../testing/machine/fake-recipes.ts'

function part(id: PartId): Part {
  const found = PARTS.find((one) => one.id === id)
  assert.ok(found)
  return found
}

describe('cacheRoot', () => {
  test('is under XDG_CACHE_HOME, else under the home folder', () => {
    assert.equal(cacheRoot({ XDG_CACHE_HOME: '/x/cache', HOME: '/home/me' }), '/x/cache/firedrill')
    assert.equal(cacheRoot({ HOME: '/home/me' }), '/home/me/.cache/firedrill')
  })
  test('ignores a relative XDG_CACHE_HOME', () => {
    assert.equal(cacheRoot({ XDG_CACHE_HOME: 'cache', HOME: '/home/me' }), '/home/me/.cache/firedrill')
  })
})

test('searchPath has the folders of servers after those of PATH, and none that is relative', () => {
  const folders = searchPath({ PATH: '/opt/bin:bin::/usr/sbin' })
  assert.deepEqual(folders.slice(0, 3), ['/opt/bin', '/usr/sbin', '/usr/local/sbin'])
  assert.ok(folders.every((folder) => path.isAbsolute(folder)))
})

describe('partKey', () => {
  test('is the same for the same pins and files, wherever the checkout is', (context) => {
    const keys = [makeSurroundings(context), makeSurroundings(context)].map((around) => {
      writeFile(path.join(around.checkout, 'lab/tools/go/jaeger/go.mod'), 'module x\n')
      return partKey(part('jaeger'), around)
    })
    assert.equal(keys[0], keys[1])
    assert.match(keys[0] ?? '', /^[0-9a-f]{12}$/)
  })

  test('changes with go.sum, the version, a flag of the recipe, the platform', (context) => {
    const around = makeSurroundings(context)
    const jaeger = part('jaeger')
    const before = partKey(jaeger, around)
    assert.notEqual(partKey({ ...jaeger, version: '1.77.0' }, around), before)
    assert.notEqual(partKey(jaeger, { ...around, platform: 'linux-arm64-debian12' }), before)
    assert.ok(jaeger.recipe.kind === 'go')
    assert.notEqual(partKey({ ...jaeger, recipe: { ...jaeger.recipe, stamp: 'other=1' } }, around), before)
    writeFile(path.join(around.checkout, 'lab/tools/go/jaeger/go.sum'), 'x h1:y=\n')
    assert.notEqual(partKey(jaeger, around), before)
  })

  test('changes with a source file or its name, not with what a build leaves', (context) => {
    const around = makeSurroundings(context)
    const services = part('jvm-services')
    const folder = path.join(around.checkout, 'lab/services/jvm')
    writeFile(path.join(folder, 'rate-limiter/src/A.java'), 'class A {}')
    const before = partKey(services, around)
    writeFile(path.join(folder, 'rate-limiter/target/A.class'), 'compiled')
    writeFile(path.join(folder, '.idea/workspace.xml'), 'open')
    assert.equal(partKey(services, around), before)
    rmSync(path.join(folder, 'rate-limiter/src/A.java'))
    writeFile(path.join(folder, 'rate-limiter/src/B.java'), 'class A {}')
    assert.notEqual(partKey(services, around), before)
  })

  test('does not depend on the size, the time or the title we tell people', (context) => {
    const around = makeSurroundings(context)
    const jaeger = part('jaeger')
    assert.equal(partKey({ ...jaeger, megabytes: 1, seconds: { network: 1, cpu: 1 }, title: 'J' }, around), partKey(jaeger, around))
  })
})

describe('cachedPart', () => {
  test('needs a manifest and every file that it names', (context) => {
    const around = makeSurroundings(context)
    const redis = part('redis')
    const folder = partFolder(redis, around)
    mkdirSync(folder, { recursive: true })
    assert.equal(cachedPart(redis, around), undefined)
    const manifest = {
      part: 'redis',
      key: path.basename(folder),
      tools: { 'redis-server': { path: 'usr/bin/redis-server', version: '7.0.15' } },
      libraries: [],
      seconds: 1,
      megabytes: 1,
      finishedAt: '',
    }
    writeFile(path.join(folder, 'manifest.json'), JSON.stringify(manifest))
    assert.equal(cachedPart(redis, around), undefined)
    writeFile(path.join(folder, 'usr/bin/redis-server'), '')
    assert.equal(cachedPart(redis, around)?.manifest.tools['redis-server']?.version, '7.0.15')
    writeFile(path.join(folder, 'manifest.json'), '{"part": "red')
    assert.equal(cachedPart(redis, around), undefined)
  })
})

test('root keeps PostgreSQL where another user can run it', (context) => {
  const around = makeSurroundings(context)
  mkdirSync(path.join(around.cacheRoot), { recursive: true, mode: 0o700 })
  assert.equal(partRoot(part('postgres'), around, true), '/var/cache/firedrill/postgres')
  assert.equal(partRoot(part('postgres'), around, false), path.join(around.cacheRoot, 'postgres'))
  assert.equal(partRoot(part('mariadb'), around, true), path.join(around.cacheRoot, 'mariadb'))
})

test('matches takes the highest number first', (context) => {
  const { checkout } = makeSurroundings(context)
  for (const release of ['9', '15', '16']) writeFile(path.join(checkout, 'lib', release, 'bin/postgres'), '')
  assert.deepEqual(
    matches(checkout, 'lib/*/bin/postgres').map((file) => path.relative(checkout, file)),
    ['lib/16/bin/postgres', 'lib/15/bin/postgres', 'lib/9/bin/postgres'],
  )
  assert.deepEqual(matches(checkout, 'lib/*/sbin/postgres'), [])
})

test('filesUnder is empty for a folder that is not there', () => {
  assert.deepEqual(filesUnder('/nowhere/at/all'), [])
})
