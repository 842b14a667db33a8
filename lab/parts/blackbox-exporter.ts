import { exporter } from './exporter.ts'

/** It is asked with the address to probe, so its configuration holds none: modules alone. */
export const blackboxExporter = exporter('blackbox-exporter', {
  title: 'blackbox_exporter',
  port: 9115,
  health: ({ hostPort }) => ({ kind: 'http', url: `http://${hostPort('blackbox-exporter')}/-/healthy` }),
})
