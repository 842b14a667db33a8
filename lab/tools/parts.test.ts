import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, test } from 'node:test'
import { CHECKOUT } from './cache.ts'
import { PARTS, partOf, TOOL_IDS } from './parts.ts'
import { askVersion, overrideName } from './tools.ts'
import { formatVersion, parseVersion } from './versions.ts'

const read = (file: string) => readFileSync(path.join(CHECKOUT, file), 'utf8')

test('every tool is brought by exactly one part', () => {
  const brought = PARTS.flatMap((part) => Object.keys(part.tools))
  assert.deepEqual([...brought].sort(), [...TOOL_IDS].sort())
  for (const id of TOOL_IDS) assert.ok(id in partOf(id).tools)
})

test('ids of parts are unique', () => {
  assert.equal(new Set(PARTS.map((part) => part.id)).size, PARTS.length)
})

/** https://github.com/prometheus/prometheus/blob/main/RELEASE.md: 2.48.1 is v0.48.1, 3.16.0 is v0.316.0. */
function prometheusModule(version: string): string {
  const [major, minor = '', patch = ''] = version.split('.')
  return `0.${major === '3' ? `3${minor.padStart(2, '0')}` : minor}.${patch}`
}

describe('what a person reads is what is built', () => {
  for (const part of PARTS) {
    const { recipe } = part
    if (recipe.kind === 'go') {
      test(`${part.id}: go.mod requires and the linker stamps ${part.version}`, () => {
        const goMod = read(`lab/tools/go/${recipe.module}/go.mod`)
        const number = recipe.module.startsWith('prometheus-') ? prometheusModule(part.version) : part.version.replace(/-\d{14}$/, '')
        assert.match(goMod, new RegExp(`^\\s*(?:require )?\\S+ v${number.replaceAll('.', '\\.')}\\b`, 'm'))
        // One that is put together here has its main package in its folder.
        if (recipe.package === '.') assert.match(read(`lab/tools/go/${recipe.module}/main.go`), /^package main$/m)
        else
          assert.ok(
            recipe.package.startsWith('github.com/') && goMod.includes(recipe.package),
            `go.mod has no tool line for ${recipe.package}`,
          )
        assert.equal(formatVersion(parseVersion(recipe.stamp.split('=')[1] ?? '') ?? []), formatVersion(parseVersion(part.version) ?? []))
        assert.ok(read(`lab/tools/go/${recipe.module}/go.sum`).length > 0)
      })
    }
  }

  test('jars: pom.xml has the versions of the registry', () => {
    const pom = read('lab/tools/maven/pom.xml')
    const property = (name: string) => new RegExp(`<${name}>([^<]+)</${name}>`).exec(pom)?.[1]
    assert.equal(property('kafka.version'), partOf('kafka').tools.kafka?.version)
    assert.equal(property('otel.agent.version'), partOf('otel-java-agent').tools['otel-java-agent']?.version)
    assert.equal(property('jmx.agent.version'), partOf('jmx-exporter-agent').tools['jmx-exporter-agent']?.version)
    const current = partOf('otel-java-agent-current').tools['otel-java-agent-current']?.version
    assert.match(read('lab/tools/maven-current/pom.xml'), new RegExp(`<otel.agent.version>${current}</otel.agent.version>`))
  })

  test('k6: the recipe and the registry name one version', () => {
    const { recipe, version } = partOf('k6')
    assert.equal(recipe.kind === 'xk6' && recipe.version, `v${version}`)
  })
})

test('the folders of recipes that build this checkout are in it', () => {
  for (const { recipe } of PARTS) {
    if (recipe.kind === 'maven-build' || recipe.kind === 'maven-jars') assert.ok(read(`${recipe.folder}/pom.xml`).includes('<project'))
    if (recipe.kind === 'cargo') assert.ok(read(`${recipe.folder}/Cargo.lock`).includes('[[package]]'))
  }
})

test('overrideName is a legal name of an environment variable', () => {
  for (const id of TOOL_IDS) assert.match(overrideName(id), /^[A-Z][A-Z0-9_]*$/)
})

test('askVersion is undefined for what is not there', () => {
  assert.equal(askVersion('/nowhere/promtool', 'promtool'), undefined)
})
