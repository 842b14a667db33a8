import { useEffect, useState } from 'preact/hooks'
import type { Cockpit as State, FaultChoice } from '../model/page.ts'

/** Lines for the session, as if they were typed in its terminal. */
function say(...lines: string[]): Promise<boolean> {
  return fetch('say', { method: 'POST', body: lines.join('\n') }).then(
    ({ ok }) => ok,
    () => false,
  )
}

/** A game day from the page: choose, see what should fire, confirm, watch, undo. u undoes the newest fault, U all of them. */
export function Cockpit({ cockpit, nowMs }: { cockpit: State; nowMs: number }) {
  const newest = cockpit.active.at(-1)?.number
  useEffect(() => {
    const pressed = (event: KeyboardEvent): void => {
      if (event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement || event.ctrlKey || event.metaKey) return
      if (event.key === 'u' && newest !== undefined) void say(`undo ${newest}`)
      if (event.key === 'U' && newest !== undefined) void say('undo all')
    }
    addEventListener('keydown', pressed)
    return () => removeEventListener('keydown', pressed)
  }, [newest])
  return (
    <section class="cockpit" aria-label="Game day">
      <Chooser choices={cockpit.choices} />
      <h2>In effect</h2>
      {cockpit.active.length === 0 ? <p>No fault is in effect.</p> : null}
      <ul class="active">
        {cockpit.active.map(({ number, fault, target, sinceMs }) => (
          <li key={number}>
            {number}: {fault} on {target}, for {Math.max(0, Math.round((nowMs - sinceMs) / 1_000))} s{' '}
            <button type="button" onClick={() => void say(`undo ${number}`)}>
              undo {number}
            </button>
          </li>
        ))}
      </ul>
      <p class="choose">
        <button type="button" disabled={newest === undefined} onClick={() => void say('undo all')}>
          undo all
        </button>
        <button type="button" onClick={() => void say('status')}>
          status
        </button>
        <Note />
      </p>
      <h2>What was said</h2>
      <pre class="said" tabIndex={0} aria-live="polite">
        {cockpit.said.slice(-40).join('\n')}
      </pre>
    </section>
  )
}

function Note() {
  const [text, setText] = useState('')
  const write = (event: Event): void => {
    event.preventDefault()
    if (text.trim() !== '') void say(`note ${text.replace(/\s+/g, ' ').trim()}`).then((taken) => taken && setText(''))
  }
  return (
    <form class="choose" onSubmit={write}>
      <label>
        note <input value={text} maxLength={500} onInput={(event) => setText(event.currentTarget.value)} />
      </label>
      <button type="submit">write it into the journal</button>
    </form>
  )
}

function Chooser({ choices }: { choices: readonly FaultChoice[] }) {
  const [fault, setFault] = useState(choices[0]?.fault ?? '')
  const [part, setPart] = useState('')
  const [params, setParams] = useState<Record<string, string>>({})
  const [sure, setSure] = useState(false)
  const chosen = choices.find((choice) => choice.fault === fault)
  if (chosen === undefined) return <p>This target allows no fault.</p>
  const target = chosen.parts.find(({ name }) => name === part) ?? chosen.parts[0]
  if (target === undefined) return null
  const given = chosen.params
    .filter(({ name }) => params[name] !== undefined && params[name] !== '')
    .map(({ name }) => `${name}=${params[name]}`)
  const pick = (change: () => void): void => {
    change()
    setSure(false)
  }
  const inject = (event: Event): void => {
    event.preventDefault()
    if (!sure) return setSure(true)
    setSure(false)
    void say(['inject', chosen.fault, target.name, ...given].join(' '), 'yes')
  }
  return (
    <form class="chooser" onSubmit={inject}>
      <h2>Inject</h2>
      <p class="choose">
        <label>
          fault{' '}
          <select
            value={fault}
            onChange={(event) => {
              const { value } = event.currentTarget
              pick(() => {
                setFault(value)
                setParams({})
              })
            }}
          >
            {choices.map((choice) => (
              <option key={choice.fault} value={choice.fault}>
                {choice.fault}
              </option>
            ))}
          </select>
        </label>
        <label>
          part{' '}
          <select
            value={target.name}
            onChange={(event) => {
              const { value } = event.currentTarget
              pick(() => setPart(value))
            }}
          >
            {chosen.parts.map(({ name }) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </select>
        </label>
        {chosen.params.map((param) => (
          <label key={param.name} title={param.title}>
            {param.name}{' '}
            <input
              size={8}
              placeholder={param.default}
              value={params[param.name] ?? ''}
              onInput={(event) => {
                const value = event.currentTarget.value.replace(/\s/g, '')
                pick(() => setParams({ ...params, [param.name]: value }))
              }}
            />
          </label>
        ))}
      </p>
      <p>{chosen.title}.</p>
      <p>{target.fires.length === 0 ? 'The specification names no alert for it.' : 'What should fire:'}</p>
      <ul>
        {target.fires.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
      {sure ? (
        <p class="change" role="alert">
          {chosen.title} ({target.name}). {chosen.blastRadius}
        </p>
      ) : null}
      <button type="submit" class={sure ? 'stop' : ''}>
        {sure ? `yes, inject ${chosen.fault} into ${target.name}` : 'inject'}
      </button>{' '}
      {sure ? (
        <button type="button" onClick={() => setSure(false)}>
          no
        </button>
      ) : null}
    </form>
  )
}
