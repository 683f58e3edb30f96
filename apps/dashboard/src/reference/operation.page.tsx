import { Link, useParams } from '@tanstack/react-router'
import { operations } from 'virtual:operations'
import { useState } from 'react'
import { useMode } from '../mode/mode.ts'
import { Lost } from '../shell/lost.tsx'
import { Breakable } from '../ui/breakable.tsx'
import { Card, Facts } from '../ui/card.tsx'
import { Answered } from './answer.tsx'
import { compose, type Typed } from './compose.ts'
import { Copies } from './copies.tsx'
import { MethodBadge } from './method-badge.tsx'
import { keyOf, type Operation } from './operation.ts'
import { Parameters } from './parameters.tsx'
import { TryIt } from './try-it.tsx'
import type { Answer } from './try-it.data.ts'

const whoMay = ({ credential, scope }: Operation): string => {
  if (credential === 'session') return 'a person’s session; no key'
  if (credential === 'none') return 'anybody'
  return scope === undefined || scope === '*' ? 'a secret key' : `a secret key, or a restricted one with ${scope}`
}

const Refusals = ({ refusals }: Pick<Operation, 'refusals'>) => (
  <ul className="grid gap-1 text-sm">
    {refusals.map(([status, codes]) => (
      <li key={status} className="break-words">
        <span className="font-medium">{status}</span>{' '}
        {codes.map((code, at) => (
          <span key={code}>
            {at > 0 && ', '}
            <a href={`/docs/errors#${code}`} className="font-mono text-accent hover:underline">
              {code}
            </a>
          </span>
        ))}
      </li>
    ))}
  </ul>
)

const Shown = ({ operation }: { operation: Operation }) => {
  const [typed, setTyped] = useState<Typed>({})
  const [answer, setAnswer] = useState<Answer>()
  const [tried, setTried] = useState(false)
  const { method, path, title, summary, fields, answers, refusals } = operation
  const mode = useMode()
  const composition = compose(operation, typed, { mode })
  // Nothing is called wrong before it was typed, or tried.
  const wrong = Object.fromEntries(
    Object.entries(composition.wrong).filter(([key]) => tried || (typed[key] ?? '') !== ''),
  )
  return (
    <>
      <div className="grid gap-2">
        <h1 className="text-2xl font-semibold break-words">{title}</h1>
        <p className="flex items-baseline gap-3">
          <MethodBadge {...{ method }} />
          <code className="min-w-0 font-mono break-words">
            <Breakable name={path} />
          </code>
        </p>
        <p>{summary}</p>
      </div>
      <div className="grid items-start gap-4 xl:grid-cols-2">
        <Card title="Parameters">
          <Parameters
            {...{ fields, typed, wrong }}
            onChange={(key, value) => setTyped((before) => ({ ...before, [key]: value }))}
          />
        </Card>
        <div className="grid min-w-0 gap-4 xl:sticky xl:top-4">
          <Card title="Copy">
            <Copies {...{ operation }} composed={composition.shown} />
          </Card>
          <Card title="Try it">
            <div className="grid min-w-0 gap-4">
              <TryIt {...{ operation, composition }} onAnswer={setAnswer} onIncomplete={() => setTried(true)} />
              {tried && Object.keys(wrong).length > 0 && (
                <p role="alert" className="text-bad">
                  See to what is marked first: {fieldNames(operation, wrong)}.
                </p>
              )}
              {answer !== undefined && <Answered {...{ answer }} />}
            </div>
          </Card>
          <Card title="Answers">
            <div className="grid gap-3">
              <Facts
                facts={[
                  ['Success', `${answers.status}, ${answers.holds}`],
                  ['Who may call it', whoMay(operation)],
                ]}
              />
              {refusals.length > 0 && <Refusals {...{ refusals }} />}
            </div>
          </Card>
        </div>
      </div>
    </>
  )
}

const fieldNames = ({ fields }: Operation, wrong: Readonly<Record<string, string>>): string =>
  fields
    .filter((field) => keyOf(field) in wrong)
    .map(({ path }) => path.join('.'))
    .join(', ')

/** /dashboard/api/:id */
export const OperationPage = () => {
  const mode = useMode()
  const { id } = useParams({ from: '/inside/api/$id' })
  const operation = operations.find((each) => each.id === id)
  if (operation === undefined) return <Lost />
  return (
    <div className="grid gap-4">
      <title>{`${operation.title} · ${mode} · Micro`}</title>
      <p>
        <Link to="/api" className="text-sm font-medium text-accent hover:underline">
          ← API reference
        </Link>
      </p>
      <Shown key={`${id} ${mode}`} {...{ operation }} />
    </div>
  )
}
