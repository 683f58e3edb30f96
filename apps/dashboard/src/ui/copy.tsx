import { useEffect, useState } from 'react'

/** Puts a text on the clipboard and says that it did; where the browser gives no clipboard, says that instead. */
export const CopyButton = ({ text, what }: { text: string; what: string }) => {
  const [state, setState] = useState<'idle' | 'copied' | 'refused'>('idle')
  useEffect(() => {
    if (state === 'idle') return
    const timer = setTimeout(() => setState('idle'), 2_000)
    return () => clearTimeout(timer)
  }, [state])
  const copy = (): void => {
    // Only pages at https or localhost have a clipboard.
    const written = navigator.clipboard?.writeText(text) ?? Promise.reject(new Error('no clipboard'))
    void written.then(
      () => setState('copied'),
      () => setState('refused'),
    )
  }
  return (
    <button
      type="button"
      onClick={copy}
      aria-label={`Copy ${what}`}
      className="shrink-0 rounded border border-line bg-card px-2 py-0.5 text-sm text-soft hover:bg-sunken hover:text-ink"
    >
      <span aria-live="polite">{{ idle: 'Copy', copied: 'Copied', refused: 'Not copied' }[state]}</span>
    </button>
  )
}

/** An id as machines write it, to be copied. */
export const Identifier = ({ id }: { id: string }) => (
  <span className="inline-flex max-w-full items-center gap-2">
    <code className="min-w-0 truncate font-mono text-sm">{id}</code>
    <CopyButton text={id} what={id} />
  </span>
)
