import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'

/** Its content is made when it is opened: the tables beside all charts have thousands of cells. */
export function Folded({ summary, children }: { summary: ComponentChildren; children: () => ComponentChildren }) {
  const [isOpen, setIsOpen] = useState(false)
  return (
    <details onToggle={(event) => setIsOpen(event.currentTarget.open)}>
      <summary>{summary}</summary>
      {isOpen ? children() : null}
    </details>
  )
}
