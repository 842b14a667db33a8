import { addToxic, getProxy } from '../drivers/toxiproxy-driver.ts'
import { defineFault, notSteady, offered } from '../fault.ts'

export const addLatencyFault = defineFault({
  meta: {
    id: 'add-latency',
    title: 'Delay everything that passes a connection (Toxiproxy)',
    needs: ['toxiproxy'],
    blastRadius: 'All clients that reach the part through the proxy; those that connect directly feel nothing.',
    undone: 'Its own toxics are gone and the proxy listens.',
    params: {
      latencyMs: { kind: 'integer', default: 1_000, min: 1, max: 60_000, title: 'delay added to each direction chosen by stream' },
      jitterMs: { kind: 'integer', default: 0, min: 0, max: 60_000, title: 'random share of the delay, plus or minus' },
      share: { kind: 'number', default: 1, min: 0.01, max: 1, title: 'share of connections that are delayed' },
      stream: {
        kind: 'choice',
        default: 'downstream',
        choices: ['downstream', 'upstream'],
        title: 'downstream delays answers, upstream requests',
      },
    },
  },
  async prepare(part, params, context) {
    const { api, proxy } = offered(part, 'toxiproxy')
    if (!(await getProxy(api, proxy)).enabled) throw notSteady(`proxy ${proxy} is disabled, so it cannot be slowed`)
    const name = `firedrill-${context.token}`
    return {
      undo: { driver: 'toxiproxy', api, proxy, absent: [name], enabled: true },
      async apply() {
        const attributes = { latency: params.latencyMs, jitter: params.jitterMs }
        await addToxic(api, proxy, {
          name,
          type: 'latency',
          stream: params.stream as 'downstream' | 'upstream',
          toxicity: params.share,
          attributes,
        })
        const toxic = (await getProxy(api, proxy)).toxics.find((each) => each.name === name)
        if (toxic?.attributes.latency !== params.latencyMs)
          throw new Error(`Toxiproxy accepted the toxic, yet proxy ${proxy} does not show it`)
        return { detail: `proxy ${proxy} delays the ${params.stream} by ${params.latencyMs} ms` }
      },
    }
  },
})
