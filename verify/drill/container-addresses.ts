import { faultOn } from '../../chaos/controller.ts'
import type { Fault } from '../../chaos/fault.ts'
import type { FaultUse, Spec } from '../model/spec.ts'
import type { Target } from '../model/target.ts'

/** A resource like those of the specification: two that disturb it do not overlap. */
const ADDRESSES = 'container-addresses'

/**
 * The specification for the plan of a target whose containers are killed. A dead container's address is free, and the next one that starts
 * on its network gets it (https://docs.docker.com/engine/network/#ip-address-and-hostname). Of two that are dead at a time each may so come
 * back as the other, and a client that has resolved a name sends to the wrong one: a JVM for 30 s
 * (https://docs.oracle.com/en/java/javase/17/docs/api/java.base/java/net/InetAddress.html). No single fault does that.
 */
export function withSharedAddresses(spec: Spec, target: Target | undefined, registry: readonly Fault[]): Spec {
  if (target === undefined || Object.values(target.parts).every(({ docker }) => docker === undefined)) return spec
  const freesOne = (use: FaultUse | undefined): boolean => {
    if (use === undefined || target.parts[use.target] === undefined) return false
    try {
      const { meta } = faultOn(target, use, registry).fault
      return meta.leaves === 'down' && meta.needs.includes('docker')
    } catch {
      // Not allowed on this target: the drill says so when it is its turn.
      return false
    }
  }
  return {
    ...spec,
    rules: spec.rules.map((rule) => ({
      ...rule,
      experiments: rule.experiments.map((each) =>
        freesOne(each.quiet?.fault) || freesOne(each.fire.fault)
          ? { ...each, effects: [...each.effects, ADDRESSES], endsWithUndo: [...(each.endsWithUndo ?? []), ADDRESSES] }
          : each,
      ),
    })),
    ...(spec.outages === undefined
      ? {}
      : { outages: spec.outages.map((each) => (freesOne(each.fault) ? { ...each, effects: [...each.effects, ADDRESSES] } : each)) }),
  }
}
