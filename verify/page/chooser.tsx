import { useState } from 'preact/hooks'
import type { Choice } from '../model/page.ts'
import { say } from './say.ts'

/** What can be injected, with its parameters, what should fire, and a confirmation that names who feels it. */
export function Chooser({ choices }: { choices: readonly Choice[] }) {
  const [id, setId] = useState(choices[0]?.id ?? '')
  const [part, setPart] = useState('')
  const [params, setParams] = useState<Record<string, string>>({})
  const [sure, setSure] = useState(false)
  const chosen = choices.find((choice) => choice.id === id)
  if (chosen === undefined) return <p>This target allows no fault and no scenario.</p>
  const target = chosen.parts.find(({ name }) => name === part) ?? chosen.parts[0]
  if (target === undefined) return null
  const into = target.name === '' ? chosen.id : `${chosen.id} into ${target.name}`
  const given = chosen.params.filter(({ name }) => (params[name] ?? '') !== '').map(({ name }) => `${name}=${params[name]}`)
  const pick = (change: () => void): void => {
    change()
    setSure(false)
  }
  const inject = (event: Event): void => {
    event.preventDefault()
    if (!sure) return setSure(true)
    setSure(false)
    void say(['inject', chosen.id, target.name, ...given].filter(Boolean).join(' '), 'yes')
  }
  return (
    <form class="chooser" onSubmit={inject}>
      <h2>Inject</h2>
      <p class="choose">
        <label>
          fault or scenario{' '}
          <select
            id="choose"
            value={id}
            onChange={({ currentTarget: { value } }) =>
              pick(() => {
                setId(value)
                setParams({})
              })
            }
          >
            <Group label="faults" choices={choices.filter(({ kind }) => kind === 'fault')} />
            <Group label="scenarios (k6)" choices={choices.filter(({ kind }) => kind === 'scenario')} />
          </select>
        </label>
        {target.name === '' ? null : (
          <label>
            part{' '}
            <select value={target.name} onChange={({ currentTarget: { value } }) => pick(() => setPart(value))}>
              {chosen.parts.map(({ name }) => (
                <option key={name} value={name}>
                  {name}
                </option>
              ))}
            </select>
          </label>
        )}
        {chosen.params.map((param) => (
          <Param
            key={`${chosen.id} ${param.name}`}
            param={param}
            value={params[param.name] ?? ''}
            onChange={(value) => pick(() => setParams({ ...params, [param.name]: value }))}
          />
        ))}
      </p>
      <p>{chosen.title}.</p>
      <p>{target.fires.length === 0 ? 'The specification names no alert for it, so nothing is demanded.' : 'What should fire:'}</p>
      <ul>
        {target.fires.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
      {sure ? (
        <p class="change" role="alert">
          {chosen.title}
          {target.name === '' ? '' : ` (${target.name})`}. {chosen.blastRadius}
        </p>
      ) : null}
      <button type="submit" class={sure ? 'stop' : ''}>
        {sure ? `yes, inject ${into}` : 'inject'}
      </button>{' '}
      {sure ? (
        <button type="button" onClick={() => setSure(false)}>
          no
        </button>
      ) : null}
    </form>
  )
}

function Group({ label, choices }: { label: string; choices: readonly Choice[] }) {
  if (choices.length === 0) return null
  return (
    <optgroup label={label}>
      {choices.map(({ id }) => (
        <option key={id} value={id}>
          {id}
        </option>
      ))}
    </optgroup>
  )
}

function Param({ param, value, onChange }: { param: Choice['params'][number]; value: string; onChange: (value: string) => void }) {
  const { name, title, choices, may } = param
  return (
    <label title={`${title}: ${may}`}>
      {name}{' '}
      {choices === undefined ? (
        <input
          size={8}
          placeholder={param.default}
          required={param.default === '' && !may.includes('text')}
          value={value}
          onInput={({ currentTarget }) => onChange(currentTarget.value.replace(/\s/g, ''))}
        />
      ) : (
        <select value={value === '' ? param.default : value} onChange={({ currentTarget }) => onChange(currentTarget.value)}>
          {choices.map((each) => (
            <option key={each} value={each}>
              {each === '' ? '(all)' : each}
            </option>
          ))}
        </select>
      )}
    </label>
  )
}
