import { useId, type ComponentProps } from 'react'

/** A text of several lines, with its label. */
export const TextArea = ({ label, hint, ...rest }: ComponentProps<'textarea'> & { label: string; hint?: string }) => {
  const id = useId()
  return (
    <div className="grid gap-1">
      <label htmlFor={id} className="text-sm font-medium">
        {label}
      </label>
      <textarea
        id={id}
        rows={3}
        aria-describedby={`${id}-hint`}
        className="w-full rounded-md border border-strong bg-card px-2.5 py-1.5 text-ink placeholder:text-soft"
        {...rest}
      />
      <span id={`${id}-hint`} className="text-sm text-soft">
        {hint}
      </span>
    </div>
  )
}
