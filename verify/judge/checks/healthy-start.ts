import { defineCheck } from '../check.ts'

export default defineCheck({
  id: 'healthy-start',
  scope: 'drill',
  title: 'the platform was healthy when the drill began',
  failureTitle: 'the platform was not healthy when the drill began',
  why: 'A drill on a sick platform proves nothing about its alarms.',
  needs: ['spec', 'targets', 'activeAlerts'],
  needsInjection: 'no',
}, ({ spec, targets, activeAlerts }) => {
  const expected = `all ${spec.platform.targets.length} scrape targets up, no alert active`
  const pointers = [targets.seq, activeAlerts.seq]
  const trouble = [
    ...spec.platform.targets.filter((target) => !targets.targets.some((found) => found.job === target.job)).map((target) => `no target of job ${target.job}`),
    ...targets.targets.filter((target) => target.health !== 'up').map((target) => `${target.job} (${target.instance}) is ${target.health}${target.lastError === '' ? '' : `: ${target.lastError}`}`),
    ...activeAlerts.alerts.map((alert) => `${alert.labels['alertname'] ?? 'an alert'} is ${alert.state}`),
  ]
  if (trouble.length > 0) return { status: 'unknown', cause: 'unhealthy-start', expected, observed: trouble.join('; '), pointers }
  return { status: 'pass', expected, observed: 'so it was', pointers }
})
