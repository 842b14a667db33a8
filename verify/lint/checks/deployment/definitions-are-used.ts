import { warning, type Check } from '../../lint-check.ts'
import { loopedWords } from '../../../config/deployment/shell-script.ts'
import { interpolate } from '../../../config/deployment/workloads.ts'
import { didYouMean } from '../../../text/did-you-mean.ts'
import type { Cursor } from '../../../config/yaml/cursor.ts'

export const check: Check = {
  meta: {
    id: 'definitions-are-used',
    severity: 'warning',
    needs: ['compose'],
    title: 'Every volume, network, config and secret that the compose file defines is used',
    failureTitle: 'The compose file defines what no service uses',
    why: 'A volume that is defined for a store and not mounted leaves its data in the container. It is gone with the next `docker compose up` that makes the container anew. A config or secret that no service lists is not given to it.',
    mend: 'In the compose file, mount the volume in its service, or list the config or secret there; or remove the definition.',
    example: 'services:\n  loki:\n    volumes: [] # loki_data\nvolumes:\n  loki_data:',
  },
  *judge({ config }) {
    // Files that are laid over one another use what another one defines.
    const [root, ...others] = config.compose
    if (root === undefined || others.length > 0 || root.has('include')) return
    const services = root.pairs('services')
    if (services.some(([, service]) => service.has('extends'))) return
    // A secret that is read and not given: secrets-are-given.
    const isRead = (name: string): boolean =>
      [...config.texts, ...config.scripts.map(({ text }) => ({ text: loopedWords(text) }))].some(({ text }) =>
        text.includes(`/run/secrets/${name}`),
      )
    for (const key of ['volumes', 'configs', 'secrets', 'networks'] as const) {
      const used = new Set(services.flatMap(([, service]) => usedBy(service, key, config.variables)))
      const defined = root.pairs(key).map(([name]) => name)
      // A name that nothing defines is the other end of the same slip: compose-file-is-accepted.
      if (key !== 'networks' && [...used].some((name) => /^[A-Za-z0-9][\w.-]*$/.test(name) && !defined.includes(name))) continue
      for (const [name, at] of root.pairs(key))
        if (!used.has(name) && name !== 'default' && !builds(root, key, name) && !(key === 'secrets' && isRead(name)))
          yield warning(name, at.keyPlace(), `a service that uses ${name}`, `no service${didYouMean(name, used)}`)
    }
  },
}

function usedBy(service: Cursor, key: string, variables: Record<string, string>): string[] {
  const names = service.items(key).map((each) => {
    const text = interpolate(each.string() ?? each.string('source') ?? '', variables)
    return key === 'volumes' ? (text.split(':')[0] ?? '') : text
  })
  return [...names, ...service.pairs(key).map(([name]) => name)]
}

/** Secrets may be for the build alone. */
function builds(root: Cursor, key: string, name: string): boolean {
  return (
    key === 'secrets' &&
    root
      .pairs('services')
      .some(([, service]) => service.items('build', 'secrets').some((each) => (each.string() ?? each.string('source')) === name))
  )
}
