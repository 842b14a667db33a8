import assert from 'node:assert/strict'
import { test } from 'node:test'
import { containerState, dockerEngine, ID, inspect, inspectByName, type Reply } from '../../testing/chaos/fake-docker.ts'
import { carryOut, stillWrong } from '../undo.ts'
import type { Undo } from '../undo-record.ts'
import { disconnectContainerFault } from './disconnect-container.ts'

const context = { token: 't', step: async () => {}, signal: new AbortController().signal }
const NETWORK = '9df22073aef00682801033b637ac08521f563308f6b5ae595cc3555e3625e1e8'
const OTHER = '1111111111110682801033b637ac08521f563308f6b5ae595cc3555e3625e1e8'

/** As Docker Engine 20.10 gives it: the short id is among the names. */
const on = (...networks: [id: string, aliases: string[] | null, address?: object][]) => ({
  ...containerState(true, false),
  HostConfig: { NetworkMode: 'moalog_default' },
  NetworkSettings: {
    Networks: Object.fromEntries(
      networks.map(([NetworkID, Aliases, IPAMConfig = null]) => [
        `net-${NetworkID.slice(0, 4)}`,
        { NetworkID, Aliases: Aliases === null ? null : [...Aliases, ID.slice(0, 12)], IPAMConfig, IPAddress: '172.31.240.11' },
      ]),
    ),
  },
})
const both = on([NETWORK, ['moalog-redis', 'redis']], [OTHER, null, { IPv4Address: '10.1.0.9' }])
const undoOn = (socket: string): Undo => ({
  driver: 'docker-network',
  state: 'connected',
  socket,
  container: 'moalog-redis',
  id: ID,
  networks: [
    { network: NETWORK, aliases: ['moalog-redis', 'redis'] },
    { network: OTHER, aliases: [], address: { IPv4Address: '10.1.0.9' } },
  ],
})

test('a container is taken off every network, and put back on each by its names and the address that it asked for', async (t) => {
  const sent: string[] = []
  const part = await dockerEngine(
    t,
    [
      [inspectByName, 200, both],
      [inspect, 200, both],
      [`POST /networks/${NETWORK}/disconnect`, 200],
      [`POST /networks/${OTHER}/disconnect`, 200],
      [inspect, 200, on()],
      [inspect, 200, on()],
      [`POST /networks/${NETWORK}/connect`, 200],
      [`POST /networks/${OTHER}/connect`, 200],
      [inspect, 200, both],
      [inspect, 200, both],
    ],
    (body) => sent.push(body),
  )
  const { undo, apply } = await disconnectContainerFault.prepare(part, {}, context)
  assert.deepEqual(undo, undoOn(part.docker.socket))
  assert.match((await apply()).detail, /moalog-redis \(4f66ad9a0b2e\) is on none of its 2 networks/)
  await carryOut(undo)
  assert.deepEqual(
    sent.filter((body) => body.includes('EndpointConfig')).map((body) => JSON.parse(body) as unknown),
    [
      { Container: ID, EndpointConfig: { Aliases: ['moalog-redis', 'redis'] } },
      { Container: ID, EndpointConfig: { Aliases: [], IPAMConfig: { IPv4Address: '10.1.0.9' } } },
    ],
  )
})

test('an undo connects only what is missing, and looks at the names', async (t) => {
  const half: Reply[] = [
    [inspect, 200, on([NETWORK, ['moalog-redis', 'redis']])],
    [`POST /networks/${OTHER}/connect`, 200],
    [inspect, 200, both],
    [inspect, 200, both],
  ]
  const nameless: Reply = [inspect, 200, on([NETWORK, ['moalog-redis']], [OTHER, null])]
  const recreated: Reply = [inspect, 404, { message: 'No such container' }]
  const { docker } = await dockerEngine(t, [...half, nameless, recreated])
  await carryOut(undoOn(docker.socket))
  assert.match((await stillWrong(undoOn(docker.socket))) ?? '', /is not known as moalog-redis, redis on network 9df22073aef0/)
  assert.equal(await stillWrong(undoOn(docker.socket)), null, 'another container has the name by now')
})

test('a container on the network of the host, or one that stays connected, is not disconnected', async (t) => {
  const part = await dockerEngine(t, [
    [inspectByName, 200, both],
    [inspect, 200, { ...both, HostConfig: { NetworkMode: 'host' } }],
    [inspectByName, 200, both],
    [inspect, 200, both],
    [`POST /networks/${NETWORK}/disconnect`, 200],
    [`POST /networks/${OTHER}/disconnect`, 200],
    [inspect, 200, on([OTHER, null])],
  ])
  await assert.rejects(disconnectContainerFault.prepare(part, {}, context), { code: 'FAULT_NOT_STEADY', message: /on no network/ })
  const { apply } = await disconnectContainerFault.prepare(part, {}, context)
  await assert.rejects(apply(), /yet container moalog-redis is on 1 of its networks/)
})
