/** Other monitoring files in the containers of a compose project, for the time of a drill: a ledger entry like any fault. */
import { chmod, mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { engine } from './drivers/docker-driver.ts'
import { composeUp, overrideFile } from './drivers/compose-driver.ts'
import { defineFault, notSteady, offered } from './fault.ts'

/** Not in the registry: no experiment asks for it. A drill that is asked for compressed times injects it before its first look. */
export const compressedConfiguration = defineFault({
  meta: {
    id: 'compressed-configuration',
    title: 'Deploy the monitoring files with their times divided',
    needs: ['composeConfiguration'],
    blastRadius:
      'Prometheus and Alertmanager are made anew; their data stay in their volumes; meanwhile Alertmanager remembers no earlier notification and no silence.',
    undone: 'Both run as Docker Compose had made them, none of their files is of the drill.',
    params: {},
  },
  async prepare(part, _params, { signal }) {
    const { texts, memories, override, ...place } = offered(part, 'composeConfiguration')
    const docker = await engine(place.socket)
    for (const { container } of place.containers) {
      const { State } = await docker.getContainer(container).inspect()
      if (!State.Running || State.Paused) throw notSteady(`container ${container} does not run`)
    }
    const undo = { driver: 'compose', state: 'as-deployed', ...place } as const
    return {
      undo,
      async apply() {
        await rm(place.folder, { recursive: true, force: true })
        await mkdir(place.folder, { recursive: true })
        for (const name of memories) {
          await mkdir(join(place.folder, name))
          await chmod(join(place.folder, name), 0o777)
        }
        // Read by the containers' own users.
        for (const [name, text] of Object.entries({ ...texts, 'override.yaml': override })) {
          await writeFile(join(place.folder, name), text)
          await chmod(join(place.folder, name), 0o644)
        }
        await composeUp(undo, overrideFile(undo), signal)
        for (const { container } of place.containers) {
          const { Mounts } = await docker.getContainer(container).inspect()
          if (!Mounts.some(({ Source }) => Source.startsWith(`${place.folder}/`)))
            throw new Error(`container ${container} still has the deployed files`)
        }
        return { detail: `${place.containers.map(({ container }) => container).join(' and ')} run with compressed times` }
      },
    }
  },
})
