import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { readComposeFile } from '../compose/compose-file.ts'
import { CHECKOUT } from '../tools/cache.ts'
import { IMAGES, LEFT_OUT, tagOf } from './images.ts'
import { openDocuments } from '../../verify/config/yaml/cursor.ts'

const FILE = join(CHECKOUT, 'docker-compose.yaml')
const folder = join(import.meta.dirname, 'images')

test('every image that docker-compose.yaml needs is made, under the name that compose asks for', () => {
  const { project, services } = readComposeFile(FILE, {}, join(CHECKOUT, 'monitoring'))
  const [root] = openDocuments({ file: FILE, path: FILE, text: readFileSync(FILE, 'utf8'), lineOffset: 0, columnOffset: 0 })
  const asked = Object.keys(services)
    .filter((service) => service !== LEFT_OUT.service)
    .map((service) => root?.get('services', service)?.string('image') ?? `${project}-${service}`)
  const made = new Set(IMAGES.map((image) => tagOf(image, project)))
  assert.ok(asked.length >= 18)
  assert.deepEqual(
    asked.filter((tag) => !made.has(tag)),
    [],
  )
})

test('every Dockerfile begins with an image that is made before it, and every folder is used', () => {
  const made = new Set(['debian:bookworm-slim', 'scratch'])
  for (const image of IMAGES) {
    const dockerfile = [join(folder, image.folder, 'Dockerfile'), join(CHECKOUT, image.folder, 'Dockerfile')].find((file) =>
      existsSync(file),
    )
    assert.ok(dockerfile !== undefined, image.folder)
    const text = readFileSync(dockerfile, 'utf8')
    for (const [, from = ''] of text.matchAll(/^FROM (\S+)/gm)) assert.ok(made.has(from), `${image.folder} begins with ${from}`)
    const copied = [...text.matchAll(/^COPY (.+) \S+$/gm)].flatMap(([, names = '']) => names.split(' '))
    const own = readdirSync(join(dockerfile, '..'))
    assert.deepEqual(
      copied.filter((name) => !own.includes(name) && !(name in image.files)),
      [],
      image.folder,
    )
    made.add(tagOf(image, 'moalog'))
  }
  assert.deepEqual(
    readdirSync(folder).sort(),
    [...new Set(IMAGES.map((image) => image.folder))].filter((name) => !name.includes('/')).sort(),
  )
})
