import type { Target } from '../verify/model/target.ts'
import { chaosInForce } from './drivers/chaos-mesh-others.ts'

/**
 * What another has in force by Chaos Mesh in pods of the target's namespaces, and of what that cannot be known, in words. Reads only; empty
 * where the target file does not say `chaosMesh`.
 */
export async function clusterChaos({ parts }: Target): Promise<string[]> {
  const places = new Map<string, { context: string; namespace: string }>()
  for (const { kubernetes, chaosMesh } of Object.values(parts)) {
    if (kubernetes === undefined || chaosMesh !== true) continue
    const { context, namespace } = kubernetes
    places.set(JSON.stringify([context, namespace]), { context, namespace })
  }
  const said: string[] = []
  for (const at of places.values()) said.push(...(await chaosIn(at)))
  return said
}

async function chaosIn(at: { context: string; namespace: string }): Promise<string[]> {
  const { namespace } = at
  const inForce = await chaosInForce(at).catch((error: Error) => error.message)
  if (typeof inForce === 'string') return [`what others have in force by Chaos Mesh in namespace ${namespace} is not known: ${inForce}`]
  const { found, unseen } = inForce
  return [
    ...[...found].map(
      ([by, pods]) =>
        `${by} is in force in pods of namespace ${namespace} (${[...pods].join(', ')}): it is left alone, and faults by Chaos Mesh on these pods are refused`,
    ),
    ...(unseen.length === 0
      ? []
      : [
          `${unseen.join(' and ')} of other namespaces are not seen: this user may list them in namespace ${namespace} alone, so one that harms its pods from there is not named`,
        ]),
  ]
}
