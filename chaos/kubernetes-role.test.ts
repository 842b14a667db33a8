import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { parseAllDocuments } from 'yaml'
import { recorded } from '../testing/chaos/fake-kubernetes.ts'

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

const [role] = parseAllDocuments(readFileSync(new URL('../deploy/kubernetes/firedrill-rbac.yaml', import.meta.url), 'utf8'))
const { rules } = role!.toJS() as { rules: Rule[] }
const given = new Set(
  rules.flatMap(({ apiGroups, resources, verbs }) =>
    apiGroups.flatMap((group) => resources.flatMap((resource) => verbs.map((verb) => `${verb} ${group}/${resource}`))),
  ),
)
const asked = new Set(
  Object.values(recorded).flatMap((replies) =>
    replies.flatMap(({ sent }) => {
      const { spec } = (sent ?? {}) as { spec?: { resourceAttributes?: Attributes } }
      if (spec?.resourceAttributes === undefined) return []
      const { group, resource, subresource, verb } = spec.resourceAttributes
      return [`${verb} ${group}/${resource}${subresource === undefined ? '' : `/${subresource}`}`]
    }),
  ),
)

test('the Role gives what the faults ask for, and nothing else', () => {
  assert.deepEqual([...given].sort(), [...asked].sort())
})
