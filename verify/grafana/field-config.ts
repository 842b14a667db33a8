import { fieldsOf, string, type Fields } from './json-fields.ts'

/**
 * A panel's field defaults with the overrides that meet the targets shown:
 * https://grafana.com/docs/grafana/latest/panels-visualizations/configure-overrides/
 */
export function effective(panel: Fields, targets: readonly Fields[]): Fields {
  const config = fieldsOf(panel['fieldConfig'])
  let defaults: Fields = { ...fieldsOf(config?.['defaults']) }
  const overrides: unknown[] = Array.isArray(config?.['overrides']) ? config['overrides'] : []
  for (const override of overrides.map(fieldsOf)) {
    const properties: unknown[] = Array.isArray(override?.['properties']) ? override['properties'] : []
    if (targets.length === 0 || !targets.every((target) => meets(fieldsOf(override?.['matcher']), target))) continue
    for (const { id, value } of properties.map((each) => fieldsOf(each) ?? {})) {
      const name = string(id) ?? ''
      if (!name.startsWith('custom.')) defaults = { ...defaults, [name]: value }
      else defaults = { ...defaults, custom: { ...fieldsOf(defaults['custom']), [name.slice('custom.'.length)]: value } }
    }
  }
  return defaults
}

function meets(matcher: Fields | undefined, { refId, legendFormat }: Fields): boolean {
  const options = matcher?.['options']
  const name = string(legendFormat) ?? ''
  switch (matcher?.['id']) {
    case 'byName':
      return name !== '' && options === name
    case 'byNames': {
      const names = fieldsOf(options)?.['names']
      return Array.isArray(names) && names.includes(name) !== (fieldsOf(options)?.['mode'] === 'exclude')
    }
    case 'byRegexp':
      return isMatch(string(options) ?? '', name)
    case 'byFrameRefID':
      return options === (refId ?? 'A')
    case 'byType':
      return options === 'number'
    default:
      return false
  }
}

function isMatch(written: string, name: string): boolean {
  const parts = /^\/(.*)\/([a-z]*)$/.exec(written)
  try {
    return new RegExp(parts?.[1] ?? `^${written}$`, parts?.[2]?.replace('g', '')).test(name)
  } catch {
    return false
  }
}

/** Why nothing that is shown takes the colour of its threshold; undefined: it does. */
export function colouring(type: string, defaults: Fields, options: Fields): string | undefined {
  const mode = string(fieldsOf(defaults['color'])?.['mode'])
  const custom = fieldsOf(defaults['custom'])
  const byValue = mode === undefined || mode === 'thresholds'
  if (type === 'timeseries') {
    const drawn = string(fieldsOf(custom?.['thresholdsStyle'])?.['mode']) ?? 'off'
    return drawn !== 'off' || mode === 'thresholds' ? undefined : 'its thresholds are not drawn'
  }
  if (type === 'stat' && options['colorMode'] === 'none') return 'its colour mode is none'
  if (type === 'table') {
    const cell = string(fieldsOf(custom?.['cellOptions'])?.['type']) ?? string(custom?.['displayMode']) ?? 'auto'
    return /^color|gauge|gradient|lcd|basic/.test(cell) ? undefined : 'its cells have no colour'
  }
  return byValue
    ? undefined
    : `its colour is ${mode === 'fixed' ? `always ${string(fieldsOf(defaults['color'])?.['fixedColor']) ?? 'the same'}` : `by ${mode}`}, not by threshold`
}
