import { useState } from 'react'
import { useMode } from '../mode/mode.ts'
import { Code } from '../ui/code.tsx'
import { CopyButton } from '../ui/copy.tsx'
import { standInPattern, type Composed } from './compose.ts'
import { curlOf, microOf, stripeNodeOf } from './copies.ts'
import type { Operation } from './operation.ts'

const forms = ['curl', 'stripe-node', 'micro'] as const
type Form = (typeof forms)[number]

const without: Readonly<Record<Exclude<Form, 'curl'>, string>> = {
  'stripe-node': 'The stripe package has no method for this: use curl, or any HTTP client.',
  micro: 'The command line has a key, and this needs a person’s session: use curl.',
}

const whereFrom = ({ credential }: Operation, form: Form): string | undefined => {
  if (credential === 'key')
    return form === 'micro'
      ? 'Uses the key of micro login, or MICRO_API_KEY.'
      : 'Put your secret key into MICRO_API_KEY; no key is ever written out here.'
  return credential === 'session'
    ? 'Put the token that POST /auth/login answers into MICRO_TOKEN: this needs a person’s session.'
    : undefined
}

/** The request as it stands in the form, for other programs. */
export const Copies = ({ operation, composed }: { operation: Operation; composed: Composed }) => {
  const [form, setForm] = useState<Form>('curl')
  const mode = useMode()
  const { origin } = location
  const texts = {
    curl: curlOf(operation, composed, { origin }),
    'stripe-node': stripeNodeOf(operation, composed, { origin }),
    micro: microOf(operation, composed, { mode }),
  }
  const text = texts[form]
  const from = whereFrom(operation, form)
  return (
    <div className="grid min-w-0 gap-2">
      <div className="flex flex-wrap items-center gap-1">
        {forms.map((each) => (
          <button
            key={each}
            type="button"
            aria-pressed={each === form}
            onClick={() => setForm(each)}
            className="rounded px-2.5 py-1 text-sm font-medium text-soft hover:bg-sunken hover:text-ink aria-pressed:bg-accent-wash aria-pressed:text-accent"
          >
            {each}
          </button>
        ))}
        <span className="ml-auto">{text !== undefined && <CopyButton text={text} what={`it for ${form}`} />}</span>
      </div>
      {text === undefined ? (
        form !== 'curl' && <p className="text-soft">{without[form]}</p>
      ) : (
        <>
          <Code text={text} what={`The request for ${form}`} />
          {from !== undefined && <p className="text-sm text-soft">{from}</p>}
          {standInPattern.test(JSON.stringify(composed)) && (
            <p className="text-sm text-soft">
              No secret is written out: put each into the variable that stands for it, from where no history keeps it.
            </p>
          )}
        </>
      )}
    </div>
  )
}
