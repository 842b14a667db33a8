import { setTimeout as delay } from 'node:timers/promises'
import type { Undo, UndoDriver } from '../undo-record.ts'
import { engine, unlessMissing, type ContainerInfo } from './docker-driver.ts'
import { throughRestart } from './engine-away.ts'

type NetworkUndo = Extract<Undo, { driver: 'docker-network' }>
type Attachment = NetworkUndo['networks'][number]

const POLL_MS = 250

/**
 * Every network that the container is on, with what it was given there: its names, and an address that was asked for. The engine itself
 * adds the short id as a name: https://docs.docker.com/reference/api/engine/version/v1.43/#tag/Network/operation/NetworkConnect
 */
export function attachments({ Id, NetworkSettings }: ContainerInfo): Attachment[] {
  return Object.values(NetworkSettings.Networks).map(({ NetworkID, Aliases, IPAMConfig }) => ({
    network: NetworkID,
    aliases: [...new Set(((Aliases ?? []) as string[]).filter((name) => name !== Id.slice(0, 12)))],
    ...(IPAMConfig === null || IPAMConfig === undefined || Object.keys(IPAMConfig).length === 0 ? {} : { address: IPAMConfig as object }),
  }))
}

export async function disconnect(socket: string, id: string, networks: readonly Attachment[]): Promise<void> {
  const docker = await engine(socket)
  for (const { network } of networks) await docker.getNetwork(network).disconnect({ Container: id })
}

export const dockerNetworkUndo: UndoDriver<NetworkUndo> = {
  restore: (undo, signal) => throughRestart(undo.socket, () => restore(undo, signal), signal),
  readBack: (undo, signal) => throughRestart(undo.socket, () => wrongWith(undo), signal),
}

async function restore(undo: NetworkUndo, signal: AbortSignal): Promise<void> {
  const docker = await engine(undo.socket)
  for (const network of missing(undo, await present(undo))) {
    await docker.getNetwork(network.network).connect({
      Container: undo.id,
      EndpointConfig: { Aliases: network.aliases, ...(network.address === undefined ? {} : { IPAMConfig: network.address }) },
    })
  }
  while ((await wrongWith(undo)) !== null && !signal.aborted) await delay(POLL_MS)
}

/** The container of the fault as it is now; null when it is gone or another one has its name: nothing of the fault is left then. */
async function present({ socket, id, container }: NetworkUndo): Promise<ContainerInfo | null> {
  const info = await (await engine(socket)).getContainer(id).inspect().catch(unlessMissing)
  return info?.Name === `/${container}` ? info : null
}

function missing({ networks }: NetworkUndo, info: ContainerInfo | null): Attachment[] {
  if (info === null) return []
  const now = attachments(info)
  return networks.filter((each) => !now.some(({ network }) => network === each.network))
}

async function wrongWith(undo: NetworkUndo): Promise<string | null> {
  const info = await present(undo)
  const [left] = missing(undo, info)
  if (left !== undefined) return `container ${undo.container} is not on network ${left.network.slice(0, 12)}`
  const now = info === null ? [] : attachments(info)
  const unnamed = undo.networks.find(({ network, aliases }) => {
    const found = now.find((each) => each.network === network)
    return found !== undefined && aliases.some((name) => !found.aliases.includes(name))
  })
  return unnamed === undefined
    ? null
    : `container ${undo.container} is not known as ${unnamed.aliases.join(', ')} on network ${unnamed.network.slice(0, 12)}`
}
