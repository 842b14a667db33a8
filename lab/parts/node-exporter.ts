import { exporter } from './exporter.ts'

export const nodeExporter = exporter('node-exporter', {
  title: 'node_exporter',
  port: 9100,
  // A container has the machine's file systems below a folder; here they are where they are.
  containerFlags: ['--path.rootfs'],
  health: ({ hostPort }) => ({ kind: 'http', url: `http://${hostPort('node-exporter')}/metrics` }),
})
