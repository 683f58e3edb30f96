import { useId, type ComponentProps, type ReactNode } from 'react'

const box =
  'min-h-9 w-full rounded-md border border-strong bg-card px-2.5 py-1.5 text-ink placeholder:text-soft aria-invalid:border-bad'

interface Labelled {
  label: ReactNode
  hint?: ReactNode
  /** What is wrong with what was entered. */
  wrong?: string | undefined
}

const Notes = ({ id, hint, wrong }: { id: string } & Omit<Labelled, 'label'>) => (
  <span id={id} className={`text-sm ${wrong === undefined ? 'text-soft' : 'text-bad'}`}>
    {wrong ?? hint}
  </span>
)

/** A text field with its label and, below it, a hint or what is wrong. */
export const Field = ({ label, hint, wrong, ...rest }: ComponentProps<'input'> & Labelled) => {
  const id = useId()
  return (
    <div className="grid gap-1">
      <label htmlFor={id} className="text-sm font-medium">
        {label}
      </label>
      <input id={id} aria-invalid={wrong !== undefined} aria-describedby={`${id}-notes`} className={box} {...rest} />
      <Notes id={`${id}-notes`} hint={hint} wrong={wrong} />
    </div>
  )
}

/** A choice of few, with its label. */
export const Choice = ({ label, hint, wrong, children, ...rest }: ComponentProps<'select'> & Labelled) => {
  const id = useId()
  return (
    <div className="grid gap-1">
      <label htmlFor={id} className="text-sm font-medium">
        {label}
      </label>
      <select id={id} aria-describedby={`${id}-notes`} className={box} {...rest}>
        {children}
      </select>
      <Notes id={`${id}-notes`} hint={hint} wrong={wrong} />
    </div>
  )
}

/** A field for several lines, as JSON has, with its label. */
export const Area = ({ label, hint, wrong, ...rest }: ComponentProps<'textarea'> & Labelled) => {
  const id = useId()
  return (
    <div className="grid gap-1">
      <label htmlFor={id} className="text-sm font-medium">
        {label}
      </label>
      <textarea
        id={id}
        rows={3}
        spellCheck={false}
        aria-invalid={wrong !== undefined}
        aria-describedby={`${id}-notes`}
        className={`${box} font-mono text-sm`}
        {...rest}
      />
      <Notes id={`${id}-notes`} hint={hint} wrong={wrong} />
    </div>
  )
}
