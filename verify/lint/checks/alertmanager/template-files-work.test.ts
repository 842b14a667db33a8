import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deployment, finds, lintBy } from '../../../../testing/lint/lint-files.ts'
import type { ConfigText } from '../../../config/yaml/cursor.ts'

const ID = 'template-files-work'
const IDS = [ID, 'message-templates-work', 'messages-fit-their-format']

const TEMPLATES = `{{ define "slack.text" }}
{{ range .Alerts }}{{ .Annotations.summary }}
{{ end }}{{ template "slack.title" . }}{{ end }}
{{ define "slack.title" }}{{ .Status | toUpper }}{{ end }}
`
const text = (file: string, content: string): ConfigText => ({ file, path: file, text: content, lineOffset: 0, columnOffset: 0 })

interface Files {
  templates?: string
  /** Of slack: its text. */
  uses?: string
  file?: string
  mounts?: string[]
  more?: string
}

/** `severity id line` of what is said of an Alertmanager and its files, and a part of what was observed. */
async function said({
  templates = '[/etc/alertmanager/templates/*.tmpl]',
  uses = '{{ template "slack.text" . }}',
  file = TEMPLATES,
  mounts = ['./am:/etc/alertmanager'],
  more = '',
}: Files): Promise<string[]> {
  const { options } = await deployment()
  const texts = [
    text(
      'am/alertmanager.yml',
      `templates: ${templates}\nroute: { receiver: slack }\nreceivers:\n  - name: slack\n    slack_configs:\n      - api_url_file: /run/slack\n        text: '${uses}'\n${more}`,
    ),
    text('am/templates/slack.tmpl', file),
    text(
      'compose.yaml',
      `services:\n  alertmanager:\n    image: prom/alertmanager:v0.27.0\n    command: [--config.file=/etc/alertmanager/alertmanager.yml]\n    volumes: [${[...mounts, 'data:/alertmanager'].join(', ')}]\nvolumes: { data: {} }\n`,
    ),
  ]
  return lintBy(options, texts)
    .findings.filter(({ id }) => IDS.includes(id))
    .map(({ severity, id, file: of, line, observed }) => `${severity} ${id} ${of.split('/').at(-1) ?? ''}:${line} ${observed}`)
}

const ROWS: [what: string, files: Files, expected: RegExp | null][] = [
  ['what fits', {}, null],
  ['a relative pattern starts at the folder of the configuration', { templates: '[templates/slack.*]' }, null],
  [
    'a folder of another name',
    { templates: '[/etc/alertmanager/template/*.tmpl]' },
    /^error template-files-work alertmanager.yml:1 .*slack.text/,
  ],
  ['another ending', { templates: '[/etc/alertmanager/templates/*.tmp]' }, /^error template-files-work alertmanager.yml:1 .*no file/],
  [
    'a folder that is not mounted',
    { mounts: ['./am/alertmanager.yml:/etc/alertmanager/alertmanager.yml'] },
    /^error template-files-work alertmanager.yml:1 .*no file/,
  ],
  [
    'a pattern that finds nothing where nothing is taken of it',
    { templates: '[/etc/alertmanager/*.tmpl]', uses: 'x' },
    /^warning template-files-work alertmanager.yml:1/,
  ],
  [
    'a folder of the host',
    { templates: '[/opt/templates/*.tmpl]', mounts: ['./am:/etc/alertmanager', '/srv/templates:/opt/templates'] },
    null,
  ],
  ['no pattern', { templates: '[]' }, /^error message-templates-work alertmanager.yml:7 .*am.templates.slack.tmpl does/],
  [
    'a name that no file defines',
    { uses: '{{ template "slack.txt" . }}' },
    /^error message-templates-work alertmanager.yml:7 .*mean slack.text/,
  ],
  [
    'a name that the file itself does not define',
    { file: TEMPLATES.replace('"slack.title" .', '"slack.titel" .') },
    /^error template-files-work slack.tmpl:3 .*mean slack.title/,
  ],
  ['no data', { uses: '{{ template "slack.text" }}' }, /^error message-templates-work alertmanager.yml:7 .*without data/],
  [
    'no data of another',
    { file: TEMPLATES.replace('"slack.title" .', '"slack.title"') },
    /^error template-files-work slack.tmpl:3 .*without data/,
  ],
  [
    'a field of the message within an alert',
    { file: TEMPLATES.replace('.Annotations', '.CommonAnnotations') },
    /^error template-files-work slack.tmpl:2 .*no field CommonAnnotations/,
  ],
  [
    'a field of an alert in a template that is given the message',
    { file: TEMPLATES.replace('.Status', '.Labels.severity') },
    /^error template-files-work slack.tmpl:4 .*of each of .Alerts/,
  ],
  [
    'a template that is given an alert',
    { file: TEMPLATES.replace('{{ end }}{{ template "slack.title" . }}', '{{ template "slack.title" . }}{{ end }}') },
    null,
  ],
  [
    'a function of another language',
    { file: TEMPLATES.replace('toUpper', 'upper') },
    /^error template-files-work slack.tmpl:4 .*function upper/,
  ],
  [
    'an end too few',
    { file: TEMPLATES.replace('{{ end }}{{ template', '{{ template') },
    /^error template-files-work slack.tmpl:1 .*before the next/,
  ],
  ['an end too many', { file: `${TEMPLATES}{{ end }}` }, /^error template-files-work slack.tmpl:5 .*nothing is open/],
  ['a brace too few', { file: TEMPLATES.replace('.summary }}', '.summary }') }, /^error template-files-work slack.tmpl:2 .*never closed/],
  ['a file that no receiver takes', { uses: 'x' }, /^warning template-files-work slack.tmpl:1/],
  ['a template that no receiver takes', { file: `${TEMPLATES}{{ define "other" }}{{ end }}` }, /^note template-files-work slack.tmpl:5/],
  ['a default that is defined anew', { uses: 'x', file: '{{ define "slack.default.title" }}{{ .Status }}{{ end }}' }, null],
  [
    'a default that is defined anew, and fails',
    { uses: 'x', file: '{{ define "slack.default.title" }}{{ .State }}{{ end }}' },
    /^error template-files-work slack.tmpl:1 .*no field State/,
  ],
]

for (const [what, files, expected] of ROWS)
  test(`${ID}: ${what}`, async () => {
    const found = await said(files)
    if (expected === null) assert.deepEqual(found, [])
    else {
      assert.equal(found.length, 1, found.join('\n'))
      assert.match(found[0] ?? '', expected)
    }
  })

finds(
  ID,
  'a pattern that finds no file, of a container that has no such mount',
  {
    file: 'alertmanager.yml',
    from: /global:\n([^]*)title: '[^']*'/,
    to: "templates: ['/etc/alertmanager/templates/*.tmpl']\nglobal:\n$1title: '{{ template \"my.title\" . }}'",
    subject: 'templates',
    line: 'templates:',
    observed: 'my.title',
  },
  {
    file: 'alertmanager.yml',
    from: /global:\n([^]*)title: '[^']*'/,
    to: "templates: ['/etc/alertmanager/chat-*.tmpl']\nglobal:\n$1title: '{{ template \"my.title\" . }}'",
    subject: 'templates',
    line: 'templates:',
  },
)
