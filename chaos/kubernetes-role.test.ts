import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { parseAllDocuments } from 'yaml'
import { recorded, recordedLoad, recordedMesh, type ApiReply } from '../testing/chaos/fake-kubernetes.ts'

interface Rule {
  apiGroups: string[]
  resources: string[]
  verbs: string[]
}
interface Attributes {
  group: string
  resource: string
  subresource?: string
  verb: string
}

/** Verb and resource, of what a Role gives. */
function givenBy(file: string): string[] {
  const [role] = parseAllDocuments(readFileSync(new URL(`../deploy/kubernetes/${file}`, import.meta.url), 'utf8'))
  const { rules } = role!.toJS() as { rules: Rule[] }
  const given = rules.flatMap(({ apiGroups, resources, verbs }) =>
    apiGroups.flatMap((group) => resources.flatMap((resource) => verbs.map((verb) => `${verb} ${group}/${resource}`))),
  )
  return [...new Set(given)].sort()
}

/** The same of what the API server was asked for. */
function askedIn(scenarios: Record<string, ApiReply[]>): string[] {
  const asked = Object.values(scenarios).flatMap((replies) =>
    replies.flatMap(({ sent }) => {
      const { spec } = (sent ?? {}) as { spec?: { resourceAttributes?: Attributes } }
      if (spec?.resourceAttributes === undefined) return []
      const { group, resource, subresource, verb } = spec.resourceAttributes
      return [`${verb} ${group}/${resource}${subresource === undefined ? '' : `/${subresource}`}`]
    }),
  )
  return [...new Set(asked)].sort()
}

test('the Role gives what the faults ask for, and nothing else', () => {
  assert.deepEqual(givenBy('firedrill-rbac.yaml'), askedIn(recorded))
})

test('that of a load from pods gives what that asks for, and what was recorded needs no more', () => {
  const given = givenBy('firedrill-load-rbac.yaml')
  assert.deepEqual(given, askedIn(recordedLoad))
  const VERBS: Record<string, string> = { GET: 'get', POST: 'create', DELETE: 'delete' }
  for (const { request } of Object.values(recordedLoad).flat()) {
    const [, method = '', group = '', path = ''] = /^(\w+) \/apis?\/(?:([\w.]+)\/)?v1\/([^?]*)/.exec(request) ?? []
    if (group === 'authorization.k8s.io') continue
    const [, , resource = '', name, below] = path.split('/')
    const verb = method === 'GET' && name === undefined ? 'list' : VERBS[method]
    const needed = `${verb} ${group}/${resource}${below === undefined ? '' : `/${below}`}`
    assert.ok(given.includes(needed), `${request}: ${needed}`)
  }
})

test('that of Chaos Mesh gives what its faults ask for beside the other, and nothing else', () => {
  const usual = givenBy('firedrill-rbac.yaml')
  const beside = askedIn(recordedMesh).filter((each) => !usual.includes(each))
  assert.deepEqual(givenBy('firedrill-mesh-rbac.yaml'), beside)
})
