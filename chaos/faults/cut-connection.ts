import { addToxic, getProxy, setEnabled } from '../drivers/toxiproxy-driver.ts'
import { defineFault, notSteady, offered } from '../fault.ts'

export const cutConnectionFault = defineFault({
  meta: {
    id: 'cut-connection',
    title: 'Cut a connection (Toxiproxy)',
    needs: ['toxiproxy'],
    blastRadius: 'All clients that reach the part through the proxy; those that connect directly feel nothing.',
    undone: 'Its own toxics are gone and the proxy listens.',
    params: {
      mode: {
        kind: 'choice',
        default: 'refuse',
        choices: ['refuse', 'blackhole'],
        title: 'refuse closes connections and the port; blackhole accepts and passes nothing on',
      },
    },
  },
  async prepare(part, params, context) {
    const { api, proxy } = offered(part, 'toxiproxy')
    if (!(await getProxy(api, proxy)).enabled) throw notSteady(`proxy ${proxy} is disabled, so it cannot be cut`)
    const name = `firedrill-${context.token}`
    return {
      undo: { driver: 'toxiproxy', api, proxy, absent: [name], enabled: true },
      async apply() {
        // timeout 0 means for ever: data stops and the connection stays open until the toxic is removed.
        if (params.mode === 'blackhole')
          await addToxic(api, proxy, { name, type: 'timeout', stream: 'downstream', toxicity: 1, attributes: { timeout: 0 } })
        else await setEnabled(api, proxy, false)
        const after = await getProxy(api, proxy)
        const cut = params.mode === 'blackhole' ? after.toxics.some((each) => each.name === name) : !after.enabled
        if (!cut) throw new Error(`Toxiproxy accepted the change, yet proxy ${proxy} does not show it`)
        return { detail: `proxy ${proxy} (${after.listen}) ${params.mode === 'blackhole' ? 'passes nothing on' : 'refuses connections'}` }
      },
    }
  },
})
