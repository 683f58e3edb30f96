import { useNavigate } from '@tanstack/react-router'
import { useEffect, useId, useState, type KeyboardEvent } from 'react'
import { Dialog } from '../ui/dialog.tsx'
import { matching, pageIn, type Command } from './commands.ts'

const List = ({ id, commands, chosen }: { id: string; commands: readonly Command[]; chosen: number }) => (
  <ul id={id} role="listbox" aria-label="Commands" className="grid gap-0.5">
    {commands.map(({ name, run }, at) => (
      <li
        key={name}
        id={`${id}-${at}`}
        role="option"
        aria-selected={at === chosen}
        onClick={run}
        className="cursor-pointer rounded px-2.5 py-1.5 hover:bg-sunken aria-selected:bg-accent-wash"
      >
        {name}
      </li>
    ))}
    {commands.length === 0 && (
      <li className="px-2.5 py-1.5 text-soft">
        Nothing is called so. An id opens its page, such as that of a payment, customer, ledger transaction or event.
      </li>
    )}
  </ul>
)

/** Everything there is to do, by typing: opened with Ctrl-K, or ⌘-K. */
export const Palette = ({ commands, onClose }: { commands: readonly Command[]; onClose: () => void }) => {
  const [typed, setTyped] = useState('')
  const [chosen, setChosen] = useState(0)
  const navigate = useNavigate()
  const list = useId()
  const page = pageIn(typed)
  const open = page && {
    name: `Open ${page.name} ${page.id}`,
    run: () => void navigate({ to: page.to, params: { id: page.id } }),
  }
  const found = (open === undefined ? matching(commands, typed) : [open]).map(({ name, run }) => ({
    name,
    run: () => {
      onClose()
      run()
    },
  }))
  const press = (event: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (event.key === 'Enter') found[chosen]?.run()
    else if (step !== undefined) setChosen((at) => (at + step + found.length) % Math.max(found.length, 1))
    else return
    event.preventDefault()
  }
  return (
    <Dialog title="Commands" onClose={onClose}>
      <input
        role="combobox"
        aria-label="Command, or id"
        aria-expanded="true"
        aria-controls={list}
        aria-activedescendant={found.length > 0 ? `${list}-${chosen}` : undefined}
        autoFocus
        value={typed}
        placeholder="Type a command, or paste an id"
        onKeyDown={press}
        onChange={({ target }) => {
          setTyped(target.value)
          setChosen(0)
        }}
        className="min-h-10 rounded-md border border-strong bg-card px-3 placeholder:text-soft"
      />
      <List id={list} commands={found} chosen={chosen} />
    </Dialog>
  )
}

/** Opens with Ctrl-K or ⌘-K, wherever the focus is. */
export const usePaletteKey = (open: () => void): void =>
  useEffect(() => {
    const press = (event: globalThis.KeyboardEvent): void => {
      if (event.key.toLowerCase() !== 'k' || !(event.ctrlKey || event.metaKey)) return
      event.preventDefault()
      open()
    }
    addEventListener('keydown', press)
    return () => removeEventListener('keydown', press)
  })
