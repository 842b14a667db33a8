import { finds, passes } from '../../../../testing/lint/lint-files.ts'

const ID = 'messages-fit-their-format'
const mail = (keys: string): { file: string; from: RegExp; to: string } => ({
  file: 'alertmanager.yml',
  from: /^receivers:\n/m,
  to: `receivers:\n  - name: mail\n    email_configs:\n      - to: ops@shop.example\n        from: a@shop.example\n        smarthost: mail:25\n        ${keys}\n`,
})

finds(
  ID,
  'HTML in a text, and lines without tags in HTML',
  {
    file: 'alertmanager.yml',
    from: "text: '{{ range",
    to: "text: '<p>{{ range",
    severity: 'warning',
    line: 'text:',
    observed: '<p>',
  },
  { ...mail('text: \'{{ template "email.default.html" . }}\''), severity: 'warning', observed: 'email.default.html' },
  { ...mail("headers: { Subject: '<b><br>{{ .Status }}' }"), severity: 'warning', observed: '<br>' },
  { ...mail('html: "{{ .Status }}\\n{{ .CommonLabels.job }}"'), severity: 'warning', observed: 'shown as one' },
)

const further = mail('')
for (const [story, keys] of [
  ['HTML where it is read', "html: '<p>{{ .Status }}</p>'"],
  ['the template of that name', 'html: \'{{ template "email.default.html" . }}\''],
  ['one line', "html: '{{ .Status }}'"],
  ['what a function leaves as it is', 'html: "{{ .Status }}\\n{{ .CommonAnnotations.html | safeHtml }}"'],
])
  passes(ID, story ?? '', further.file, further.from, mail(keys ?? '').to)
passes(ID, "Slack's own brackets", 'alertmanager.yml', "text: '{{ range", "text: '<!channel> <https://shop.example|{{ .Status }}> {{ range")
