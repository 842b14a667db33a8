import { setTimeout as delay } from 'node:timers/promises'
import type { V1LabelSelector } from '@kubernetes/client-node'
import type { TargetPart } from '../verify/model/target.ts'
import { absent, MESH_KINDS, namedPods, SERVED, type Chaos, type MeshKind } from './drivers/chaos-mesh-driver.ts'
import { injectByMesh, meshMissed } from './drivers/chaos-mesh-injection.ts'
import { chaosInForce, IN_FORCE_IN_PODS } from './drivers/chaos-mesh-others.ts'
import type { MeshContainer } from './drivers/chaos-mesh-undo.ts'
import { mayDo, nameOf, selectorText, type Pod, type Workload, type WorkloadState } from './drivers/kubernetes-driver.ts'
import { besidesText, foreseen, KEEPER_PERMISSIONS, keptWorkload, type Harm, type Keepers } from './drivers/kubernetes-keepers.ts'
import { EXEC_PERMISSIONS } from './drivers/pod-exec.ts'
import {
  defineFault,
  notPossible,
  notSteady,
  offered,
  type Fault,
  type FaultContext,
  type FaultMeta,
  type ParamMeta,
  type ParamValues,
  type Permission,
} from './fault.ts'

/** What a fault by Chaos Mesh is to do to the containers of a workload, and how that is seen. */
export interface MeshHarm {
  containers: MeshContainer[]
  /** Of the resource, beside its selector, mode and duration. */
  spec: object
  /** As the undo record has it. */
  withinMs?: number
  /** For those who decide of the pods; that of the fault when absent. */
  harm?: Harm
  /** Looks at the containers once the status says Injected: what is not in effect yet, in words; undefined: all of it is. */
  missing(): Promise<string | undefined>
  /** What is in effect, in words behind the name of the resource; asked when nothing is missing. */
  done(): string
}

const POLL_MS = 500
const WAITED = { kind: 'integer', default: 60, min: 1, max: 600, title: 'refused where it is not seen in the pods within this' } as const
type Waited = { injectedSeconds: typeof WAITED }

/** A fault that is a resource of Chaos Mesh: its rights, who else decides of the pods, and that it is in force, are the same for all. */
export function defineMeshFault<const Params extends Record<string, ParamMeta>>(fault: {
  kind: MeshKind
  meta: Omit<FaultMeta<Params>, 'needs'>
  harm: Harm
  /** It is seen from a shell in the container. */
  inContainer?: true
  /** Only looks. */
  prepare(workload: Workload, pods: readonly Pod[], params: ParamValues<Params & Waited>, context: FaultContext): Promise<MeshHarm>
}): Fault {
  const { kind, meta } = fault
  const permissions = (part: TargetPart): Permission[] => [...permissionsOf(part, kind), ...(fault.inContainer ? EXEC_PERMISSIONS : [])]
  return defineFault({
    meta: { ...meta, needs: ['kubernetes', 'chaosMesh'], params: { ...meta.params, injectedSeconds: WAITED } as Params & Waited },
    permissions,
    besides: (part) => foreseen(offered(part, 'kubernetes'), fault.harm),
    async prepare(part, params, context) {
      const workload = offered(part, 'kubernetes')
      const seconds = params.injectedSeconds as number
      await mayDo(workload, permissions(part))
      const { state, keepers, pods } = await unharmed(workload, kind)
      const { containers, spec, withinMs, harm = fault.harm, missing, done } = await fault.prepare(workload, pods, params, context)
      const chaos: Chaos = { workload, kind, name: `firedrill-${context.token}` }
      return {
        undo: { driver: 'chaos-mesh', state: 'absent', ...chaos, containers, ...(withinMs === undefined ? {} : { withinMs }) },
        async apply() {
          await injectByMesh(chaos, { selector: selectorOf(workload, state.podSelector), ...spec }, pods, seconds, context)
          const deadline = performance.now() + 1_000 * seconds
          for (let why = await missing(); why !== undefined; why = await missing()) {
            if (performance.now() >= deadline)
              throw notPossible(`${kind} ${chaos.name} is Injected by its status, and ${seconds} s later ${why}`, 'MESH_NO_EFFECT')
            await delay(POLL_MS, undefined, { signal: context.signal })
          }
          return {
            detail: `${kind} ${chaos.name} ${done()}${besidesText(keepers, state.wanted, harm)}`,
            missed: () => meshMissed(chaos, state, pods),
          }
        },
      }
    },
  })
}

function permissionsOf(part: TargetPart, kind: MeshKind): Permission[] {
  const { group } = SERVED
  return [
    { verb: 'get', group: 'apps', resource: `${offered(part, 'kubernetes').kind}s` },
    { verb: 'list', group: '', resource: 'pods' },
    ...KEEPER_PERMISSIONS,
    ...['create', 'get', 'delete'].map((verb) => ({ verb, group, resource: kind.toLowerCase() })),
    ...[...MESH_KINDS.map((each) => each.toLowerCase()), IN_FORCE_IN_PODS].map((resource) => ({ verb: 'list', group, resource })),
    // Why nothing was selected.
    { verb: 'list', group: '', resource: 'events' },
  ]
}

/**
 * The workload that is to be harmed. Refuses a selector that selects pods of others as well, a cluster without Chaos Mesh, and pods in
 * which another chaos is in force.
 */
async function unharmed(workload: Workload, kind: MeshKind): Promise<{ state: WorkloadState; keepers: Keepers; pods: Pod[] }> {
  const { state, keepers } = await keptWorkload(workload)
  if (state.others > 0)
    throw notPossible(
      `the selector of ${nameOf(workload)} (${selectorText(state.podSelector)}) selects ${state.others} pods of others as well`,
    )
  const pods = await namedPods(workload)
  const { found, absent: unknown } = await chaosInForce(workload)
  if (unknown.includes(kind)) throw absent(workload, kind)
  for (const [by, harmed] of found)
    if (pods.some(({ name }) => harmed.has(name))) throw notSteady(`pods of ${nameOf(workload)} are harmed already, by ${by}`)
  return { state, keepers, pods }
}

/** https://chaos-mesh.org/docs/define-chaos-experiment-scope/ */
function selectorOf({ namespace }: Workload, { matchLabels, matchExpressions }: V1LabelSelector): object {
  return {
    namespaces: [namespace],
    ...(matchLabels === undefined ? {} : { labelSelectors: matchLabels }),
    ...(matchExpressions === undefined ? {} : { expressionSelectors: matchExpressions }),
  }
}
