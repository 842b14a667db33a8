import { refused, remark, type Check, type LintInput, type Remark } from '../../lint-check.ts'
import { nameOfObject, wholeObjects } from '../../../config/deployment/kubernetes-objects.ts'
import { podTemplates, type PodTemplate } from '../../../config/deployment/pod-templates.ts'
import { reads } from '../../../config/deployment/container-files.ts'
import { didYouMean, nearest } from '../../../text/did-you-mean.ts'
import type { Cursor } from '../../../config/yaml/cursor.ts'
import { rolesOf } from '../../kubernetes-discovery.ts'

/** What each role of a discovery lists and watches. https://prometheus.io/docs/prometheus/latest/configuration/configuration/#kubernetes_sd_config */
const RESOURCES: Readonly<Record<string, readonly string[]>> = {
  service: ['services'],
  pod: ['pods'],
  endpoints: ['endpoints', 'services', 'pods'],
  endpointslice: ['endpointslices', 'services', 'pods'],
  node: ['nodes'],
  ingress: ['ingresses'],
}
const VERBS = ['list', 'watch']

export const check: Check = {
  meta: {
    id: 'roles-allow-discovery',
    needs: ['manifest'],
    title: 'Prometheus and Promtail may list and watch what their discovery asks for',
    failureTitle: 'A ServiceAccount, a Role or its binding is missing, or does not allow what a discovery asks for',
    why: 'Without the ServiceAccount no pod is made. Without the verbs list and watch on its resource a discovery finds no target: the job is empty, and no `up` says so. https://kubernetes.io/docs/reference/access-authn-authz/rbac/',
    mend: 'Name an existing ServiceAccount, bind it to a Role, and give the Role the verbs get, list and watch on the resource that the finding names.',
    example: 'rules: [{ apiGroups: [""], resources: [services], verbs: [get] }] # and kubernetes_sd_configs with role: service',
  },
  *judge(input) {
    const objects = wholeObjects(input.config)
    const of = (...kinds: string[]): Cursor[] => objects.filter((each) => kinds.includes(each.string('kind') ?? ''))
    const [accounts, roles, bindings] = [of('ServiceAccount'), of('Role', 'ClusterRole'), of('RoleBinding', 'ClusterRoleBinding')] as const
    const pods = podTemplates(input.config)
    yield* accountsExist(pods, accounts)
    for (const binding of bindings) {
      const role = binding.get('roleRef', 'name')
      const kind = binding.string('roleRef', 'kind') ?? ''
      const ofKind = roles.filter((each) => each.string('kind') === kind)
      if (role !== undefined) yield* exists(binding, role, kind, ofKind)
      for (const subject of binding.items('subjects').filter((each) => each.string('kind') === 'ServiceAccount'))
        yield* exists(binding, subject.near('name'), 'ServiceAccount', accounts)
    }
    for (const pod of pods) yield* discoveries(pod, roles, bindings, input)
  },
}

/** Others may be deployed elsewhere; what is nearly the same, or is used by no pod, was meant. */
function* accountsExist(pods: readonly PodTemplate[], accounts: readonly Cursor[]): Generator<Remark> {
  const names = accounts.map(nameOfObject)
  const asked = pods.flatMap(({ spec }) => spec.string('serviceAccountName') ?? [])
  for (const { name, spec } of pods) {
    const at = spec.get('serviceAccountName')
    const account = at?.string() ?? ''
    if (at === undefined || account === 'default' || names.includes(account)) continue
    const idle = names.filter((each) => !asked.includes(each))
    const meant = nearest(account, names) ?? (idle.length === 1 ? idle[0] : undefined)
    if (meant !== undefined)
      yield refused(remark(name, at, `the ServiceAccount ${meant}`, `${account}: there is no such ServiceAccount, so no pod is made`))
  }
}

function* exists(binding: Cursor, at: Cursor, kind: string, known: readonly Cursor[]): Generator<Remark> {
  const [text, names] = [at.string() ?? '', [...new Set(known.map(nameOfObject))]]
  const own = nameOfObject(binding)
  // What a cluster brings along (view, system:*) is not written here.
  if (names.includes(text) || names.length === 0) return
  // prometheus-k8s is no misspelt prometheus.
  const meant = nearest(text, names)
  if ((meant !== undefined && !text.startsWith(`${meant}-`)) || names.includes(own))
    yield remark(own, at, `a ${kind} of these files: ${names.join(', ')}`, `${text}${didYouMean(text, names)}`)
}

function* discoveries(pod: PodTemplate, roles: readonly Cursor[], bindings: readonly Cursor[], { config }: LintInput): Generator<Remark> {
  const account = pod.spec.string('serviceAccountName') ?? ''
  const own = bindings.filter((each) =>
    each.items('subjects').some((subject) => subject.string('kind') === 'ServiceAccount' && subject.string('name') === account),
  )
  const bound = own.map((each) => roles.find((role) => nameOfObject(role) === each.string('roleRef', 'name')))
  // A role that is not here may allow everything.
  if (own.length === 0 || bound.includes(undefined)) return
  const rules = bound.flatMap((role) => role?.items('rules') ?? [])
  const workloads = config.workloads.filter(({ at }) => pod.containers.some((container) => container.node === at.node))
  const roots = [...config.prometheus, ...config.promtail].filter((root) => workloads.some((each) => reads(each, root, config)))
  const asked = roots.flatMap((root) => root.items('scrape_configs').flatMap((job) => rolesOf(job)))
  for (const resource of new Set(asked.flatMap((role) => RESOURCES[role.toLowerCase()] ?? []))) {
    const given = new Set(
      rules
        .filter((rule) => rule.strings('resources').some((each) => each === resource || each === '*'))
        .flatMap((rule) => rule.strings('verbs')),
    )
    const missing = given.has('*') ? [] : VERBS.filter((verb) => !given.has(verb))
    const [role] = bound
    if (missing.length > 0 && role !== undefined)
      yield remark(
        pod.name,
        rules.find((rule) => rule.strings('resources').includes(resource))?.near('verbs') ?? rules[0]?.near('resources') ?? role,
        `${VERBS.join(' and ')} of ${resource}, which its kubernetes_sd_configs ask for`,
        given.size === 0 ? `no rule for ${resource}` : [...given].join(', '),
      )
  }
}
