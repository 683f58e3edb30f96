import type { Pairing } from '@micro/contracts'
import { useMutation, useQuery } from '@tanstack/react-query'
import { Link, useParams, useRouteContext } from '@tanstack/react-router'
import { useState, type ReactNode } from 'react'
import { Refusal } from '../api/call.ts'
import type { Me } from '../session/session.data.ts'
import { useSignOut } from '../session/sign-out.ts'
import { Answered } from '../ui/answered.tsx'
import { Button } from '../ui/button.tsx'
import { Facts } from '../ui/card.tsx'
import { CommandLine } from '../ui/command.tsx'
import { Field } from '../ui/field.tsx'
import { Problem } from '../ui/problem.tsx'
import { Time } from '../ui/time.tsx'
import { deviceText, givesWords, isElsewhere, reachText } from './pair-words.ts'
import { letIn, pairing, refuse } from './pair.data.ts'

const Frame = ({ title, children }: { title: string; children: ReactNode }) => (
  <main className="grid min-h-dvh place-items-center p-4">
    <title>{`${title} · Micro`}</title>
    <div className="grid w-full max-w-lg gap-4 rounded-xl border border-line bg-card p-6">
      <div>
        <p className="font-semibold text-accent">Micro</p>
        <h1 className="text-2xl font-semibold">{title}</h1>
      </div>
      {children}
    </div>
  </main>
)

const Elsewhere = ({ asked: { client_ip, your_ip } }: { asked: Pairing }) => (
  <p role="alert" className="rounded-lg border border-bad bg-bad-wash p-3">
    <strong>It asks from another address than you.</strong> It is at {client_ip}
    {your_ip !== null && `, you are at ${your_ip}`}. Did somebody send you here? Then refuse: whoever did would get in
    as you.
  </p>
)

const Asking = ({ asked, user }: { asked: Pairing; user: Me }) => {
  const { id, gives, client_ip, expires } = asked
  const { wants, gets } = givesWords[gives]
  // Typed, since nobody types what they do not see: a click could be had of whoever was sent here by a stranger.
  const [words, setWords] = useState('')
  const answering = useMutation({
    mutationFn: (word: 'let in' | 'refuse') =>
      word === 'refuse' ? refuse(id) : letIn(id, { verification_code: words, merchant: user.merchant }),
  })
  const leaving = useSignOut(`/pair/${id}`)
  if (answering.data !== undefined) return <Answer {...{ gives }} answer={answering.data.answer} />
  return (
    <Frame title="Let a command line in?">
      <p>
        {deviceText(asked)} {wants}
      </p>
      {isElsewhere(asked) && <Elsewhere {...{ asked }} />}
      <Facts
        facts={[
          ['It gets', gets],
          ['For', <strong key="modes">{reachText(gives, user)}</strong>],
          [
            'Of',
            <span key="merchant">
              {user.email} <code className="block font-mono text-sm wrap-anywhere text-soft">{user.merchant}</code>
            </span>,
          ],
          ['It asks from', client_ip ?? 'an unknown address'],
          ['Can be answered until', <Time key="until" at={expires} as="time" />],
        ]}
      />
      <form
        className="grid gap-4"
        onSubmit={(event) => {
          event.preventDefault()
          answering.mutate('let in')
        }}
      >
        <Field
          label="The four words in your terminal"
          name="words"
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          maxLength={100}
          value={words}
          hint="Take them from your own terminal. If it shows none, or somebody told you some, refuse."
          onChange={({ target }) => setWords(target.value)}
        />
        {answering.isError && <Problem error={answering.error} />}
        {leaving.isError && <Problem error={leaving.error} />}
        <div className="grid gap-2 sm:grid-cols-2">
          <Button busy={answering.isPending} onClick={() => answering.mutate('refuse')}>
            Refuse
          </Button>
          <Button
            type="submit"
            look={isElsewhere(asked) ? 'plain' : 'primary'}
            busy={answering.isPending}
            disabled={words.trim() === ''}
          >
            Let it in
          </Button>
        </div>
      </form>
      <p className="text-sm text-soft">
        Not you?{' '}
        <button type="button" onClick={() => leaving.mutate()} className="font-medium text-accent underline">
          Sign in as somebody else
        </button>
      </p>
    </Frame>
  )
}

const Answer = ({ gives, answer }: { gives: Pairing['gives']; answer: 'let_in' | 'refused' }) => {
  const { to, text, how } = givesWords[gives].after
  return answer === 'refused' ? (
    <Frame title="It is refused">
      <p role="status">Nothing was given away, and its terminal is told so. You can close this page.</p>
    </Frame>
  ) : (
    <Frame title="It is let in">
      <p role="status">Your terminal goes on by itself. You can close this page.</p>
      <p>
        What it got is among{' '}
        <Link {...{ to }} className="font-medium text-accent underline">
          {text}
        </Link>
        , where you can {how}.
      </p>
    </Frame>
  )
}

const Nobody = () => (
  <Frame title="Nobody asks here">
    <p>
      This was answered already, or is older than 15 minutes. To let a command line in, begin anew in your terminal, and
      open the page that it names:
    </p>
    <CommandLine command="./micro login" does="Log in with Micro's command line" />
    <CommandLine command="./micro stripe login" does="Log in with Stripe's command line" />
  </Frame>
)

/** /dashboard/pair/:id: where a command line that logs in leads its owner to. */
export const PairPage = () => {
  const { id } = useParams({ from: '/pair/$id' })
  const { user } = useRouteContext({ from: '/pair/$id' })
  const asked = useQuery(pairing(id))
  if (asked.data === undefined && asked.error instanceof Refusal && asked.error.status === 404) return <Nobody />
  return asked.data === undefined ? (
    <Frame title="Let a command line in?">
      <Answered {...{ asked }} label="what asks">
        {() => null}
      </Answered>
    </Frame>
  ) : (
    <Asking asked={asked.data} {...{ user }} />
  )
}
