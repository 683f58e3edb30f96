import { useId, type ComponentProps, type ReactNode } from 'react'

const box =
  'min-h-9 w-full rounded-md border border-strong bg-card px-2.5 py-1.5 text-ink placeholder:text-soft aria-invalid:border-bad'

interface Labelled {
  label: ReactNode
  hint?: ReactNode
  /** What is wrong with what was entered. */
  wrong?: string | undefined
}

/** The label above a field, and below it a hint or what is wrong. `children` is given what ties the field to them. */
const Framed = ({
  label,
  hint,
  wrong,
  children,
}: Labelled & { children: (tied: { id: string; 'aria-describedby': string; className: string }) => ReactNode }) => {
  const id = useId()
  return (
    <div className="grid gap-1">
      <label htmlFor={id} className="text-sm font-medium">
        {label}
      </label>
      {children({ id, 'aria-describedby': `${id}-notes`, className: box })}
      <span id={`${id}-notes`} className={`text-sm ${wrong === undefined ? 'text-soft' : 'text-bad'}`}>
        {wrong ?? hint}
      </span>
    </div>
  )
}

/** A text field with its label and, below it, a hint or what is wrong. */
export const Field = ({ label, hint, wrong, ...rest }: ComponentProps<'input'> & Labelled) => (
  <Framed {...{ label, hint, wrong }}>
    {(tied) => <input aria-invalid={wrong !== undefined} {...tied} {...rest} />}
  </Framed>
)

/** A text of several lines, with the same around it. */
export const TextArea = ({ label, hint, wrong, ...rest }: ComponentProps<'textarea'> & Labelled) => (
  <Framed {...{ label, hint, wrong }}>
    {(tied) => <textarea rows={3} aria-invalid={wrong !== undefined} {...tied} {...rest} />}
  </Framed>
)

/** The same for what machines read, such as JSON. */
export const CodeArea = (field: ComponentProps<'textarea'> & Labelled) => (
  <TextArea spellCheck={false} {...field} className={`${box} font-mono text-sm`} />
)

/** A choice of few, with the same around it. */
export const Choice = ({ label, hint, wrong, children, ...rest }: ComponentProps<'select'> & Labelled) => (
  <Framed {...{ label, hint, wrong }}>
    {(tied) => (
      <select {...tied} {...rest}>
        {children}
      </select>
    )}
  </Framed>
)
