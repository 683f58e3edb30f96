import type { ReactNode } from 'react'
import { FieldInput } from './field-input.tsx'
import { keyOf, type Field } from './operation.ts'
import type { Typed } from './compose.ts'

interface Shared {
  readonly typed: Typed
  readonly wrong: Readonly<Record<string, string>>
  readonly onChange: (key: string, value: string) => void
}

const Inputs = ({ fields, typed, wrong, onChange }: Shared & { fields: readonly Field[] }) =>
  fields.map((field) => (
    <FieldInput
      key={keyOf(field)}
      field={field}
      value={typed[keyOf(field)] ?? ''}
      wrong={wrong[keyOf(field)]}
      onChange={onChange}
    />
  ))

const Folded = ({ summary, open, children }: { summary: ReactNode; open: boolean; children: ReactNode }) => (
  <details open={open} className="rounded-md border border-line">
    <summary className="px-3 py-2 text-sm font-medium">{summary}</summary>
    <div className="grid gap-4 px-3 pt-1 pb-3">{children}</div>
  </details>
)

const unfoldedMax = 6

/** The parameters of an operation: what is needed first, then the rest, and what has parts of its own folded away. */
export const Parameters = ({ fields, ...shared }: Shared & { fields: readonly Field[] }) => {
  const needed = fields.filter(({ required }) => required)
  const single = fields.filter(({ required, path }) => !required && path.length === 1)
  const parts = Map.groupBy(
    fields.filter(({ required, path }) => !required && path.length > 1),
    ({ in: place, path: [first] }) => `${place} ${first}`,
  )
  if (fields.length === 0) return <p className="text-soft">It takes no parameters.</p>
  return (
    <div className="grid gap-4">
      <Inputs fields={needed} {...shared} />
      {single.length > 0 && (
        <Folded
          summary={`${single.length === 1 ? '1 optional parameter' : `${single.length} optional parameters`}`}
          open={single.length <= unfoldedMax}
        >
          <Inputs fields={single} {...shared} />
        </Folded>
      )}
      {[...parts].map(([name, those]) => (
        <Folded
          key={name}
          summary={
            <>
              <code className="font-mono">{those[0]?.path[0]}</code>,{' '}
              {those.length === 1 ? '1 part' : `${those.length} parts`}
            </>
          }
          open={false}
        >
          <Inputs fields={those} {...shared} />
        </Folded>
      ))}
    </div>
  )
}
