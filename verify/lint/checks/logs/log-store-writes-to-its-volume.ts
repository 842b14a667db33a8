import { warning, type Check } from '../../lint-check.ts'
import { filesIn } from '../../../config/deployment/container-files.ts'
import { scalarsIn, type Cursor } from '../../../config/yaml/cursor.ts'

/**
 * Chunks, the write-ahead log, and the compactor's marks of what retention and deletes are to remove: lost, they are never removed. Other
 * folders below /tmp are made anew.
 */
function isToBeKept(at: Cursor, root: Cursor): boolean {
  return (
    at.key === 'chunks_directory' ||
    at.start === root.get('ingester', 'wal', 'dir')?.start ||
    (at.key === 'working_directory' && root.bool('compactor', 'retention_enabled') === true)
  )
}

export const check: Check = {
  meta: {
    id: 'log-store-writes-to-its-volume',
    severity: 'warning',
    needs: ['loki', 'compose'],
    title: "Loki's folders are on its volume",
    failureTitle: 'A folder of Loki is beside its volume: what is in it is lost with the container',
    why: 'Loki keeps chunks, index, rules and the write-ahead log in folders of its configuration. One that no volume covers is in the container: it is gone with the next `docker compose up` that makes the container anew. And the user of the image may not be allowed to make it.',
    mend: 'In loki.yml, set the folder to one below the mount of the volume in the compose file.',
    example: 'common:\n  storage: { filesystem: { chunks_directory: /chunks } } # the volume is at /loki',
  },
  *judge({ config }) {
    for (const workload of config.workloads.filter(({ image }) => /loki/.test(image))) {
      const root = config.loki.find((each) => filesIn(workload, config).some(({ text }) => text.file === each.text.file))
      const volumes = workload.mounts
        .filter(({ source, readOnly }) => !readOnly && /^[A-Za-z0-9][\w.-]*$/.test(source))
        .map(({ target }) => target.replace(/\/$/, ''))
      if (root === undefined || volumes.length === 0) continue
      const folders = scalarsIn(root).flatMap((at) => {
        const folder = at.string() ?? ''
        const isFolder = /(?:directory|^dir|path_prefix|working_directory|cache_location|_path|active_index_directory)$/.test(at.key)
        // One that is relative is beside the program.
        const isPath = folder.startsWith('/') || (/directory$|path_prefix$/.test(at.key) && folder !== '' && !folder.includes('$'))
        return !isFolder || !isPath || /http_path_prefix/.test(at.key) || (folder.startsWith('/tmp/') && !isToBeKept(at, root))
          ? []
          : [{ at, folder }]
      })
      const beside = folders.filter(({ folder }) => !volumes.some((target) => folder === target || folder.startsWith(`${target}/`)))
      // Where all are, the volume stands elsewhere: data-folders-are-kept.
      if (beside.length === folders.length) continue
      for (const { at, folder } of beside) yield warning(at.key, at, `a folder below ${volumes.join(', ')}`, folder)
    }
  },
}
