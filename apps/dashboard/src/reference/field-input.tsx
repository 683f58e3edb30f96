import { Choice, CodeArea, Field as TextField } from '../ui/field.tsx'
import { keyOf, nameOf, type Field } from './operation.ts'

/** What of it is shown: what it holds, and what is to be known besides. */
const hintOf = ({ holds, note }: Field): string => (note === '' ? holds : `${holds} · ${note}`)

/** Takes one parameter, by its kind. */
export const FieldInput = ({
  field,
  value,
  wrong,
  onChange,
}: {
  field: Field
  value: string
  wrong: string | undefined
  onChange: (key: string, value: string) => void
}) => {
  const { kind, required, choices = [true, false] } = field
  const label = (
    <>
      <code className="font-mono break-all">{nameOf(field)}</code>
      {required && <span className="font-normal text-soft"> required</span>}
    </>
  )
  const shared = {
    label,
    hint: hintOf(field),
    wrong,
    value,
    required,
    onChange: ({ target }: { target: { value: string } }) => onChange(keyOf(field), target.value),
  }
  if (kind === 'json') return <CodeArea {...shared} placeholder={field.example} />
  // Browsers that were told to fill nothing in fill passwords in all the same, but not a new one.
  if (kind === 'secret') return <TextField {...shared} type="password" autoComplete="new-password" spellCheck={false} />
  if (kind !== 'choice' && kind !== 'boolean')
    return (
      <TextField {...shared} autoComplete="off" spellCheck={false} inputMode={kind === 'text' ? 'text' : 'numeric'} />
    )
  return (
    <Choice {...shared}>
      <option value="">{required ? 'Choose' : 'Left out'}</option>
      {choices.map((choice) => (
        <option key={String(choice)}>{String(choice)}</option>
      ))}
    </Choice>
  )
}
