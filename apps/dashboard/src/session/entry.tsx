import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useState, type SubmitEvent } from 'react'
import { Refusal } from '../api/call.ts'
import { Button } from '../ui/button.tsx'
import { Field } from '../ui/field.tsx'
import { typedIn } from '../ui/form.ts'
import { Problem } from '../ui/problem.tsx'
import { tellOtherTabs } from './other-tabs.ts'
import { register, signIn } from './session.data.ts'

const kinds = {
  signIn: {
    title: 'Sign in',
    act: signIn,
    autoComplete: 'current-password',
    hint: undefined,
    other: { to: '/register', lead: 'New here?', text: 'Register' },
  },
  register: {
    title: 'Register',
    act: register,
    autoComplete: 'new-password',
    hint: 'At least 8 characters.',
    other: { to: '/sign-in', lead: 'Registered already?', text: 'Sign in' },
  },
} as const

const isUninvited = (error: unknown): boolean =>
  error instanceof Refusal && ['registration_closed', 'invitation_invalid'].includes(error.code)

/** The door: both pages ask for the same, and lead to each other. */
const Entry = ({ kind }: { kind: keyof typeof kinds }) => {
  const { title, act, autoComplete, hint, other } = kinds[kind]
  const next = useSearch({ strict: false, select: (search) => search.next ?? '/' })
  const navigate = useNavigate()
  const queries = useQueryClient()
  const [invited, setInvited] = useState(false)
  const entering = useMutation({
    mutationFn: act,
    onError: (error) => setInvited((before) => before || isUninvited(error)),
    onSuccess: async () => {
      // That nobody was signed in is forgotten, and so is what was shown to whoever was before.
      tellOtherTabs()
      queries.clear()
      await navigate({ href: next, replace: true })
    },
  })
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const password = form.get('password')
    const invitation = typedIn(form, 'invitation')
    entering.mutate({
      email: typedIn(form, 'email'),
      password: typeof password === 'string' ? password : '',
      ...(invitation === '' ? {} : { invitation }),
    })
  }
  return (
    <main className="grid min-h-dvh place-items-center p-4">
      <title>{`${title} · Micro`}</title>
      <div className="grid w-full max-w-sm gap-5 rounded-xl border border-line bg-card p-6">
        <div>
          <p className="font-semibold text-accent">Micro</p>
          <h1 className="text-2xl font-semibold">{title}</h1>
        </div>
        <form onSubmit={submit} className="grid gap-4">
          <Field label="Email" name="email" type="email" autoComplete="email" required autoFocus />
          <Field label="Password" name="password" type="password" required hint={hint} {...{ autoComplete }} />
          {invited && (
            <Field
              label="Invitation"
              name="invitation"
              autoComplete="off"
              hint="An operator of this installation makes one."
            />
          )}
          {entering.isError && <Problem error={entering.error} />}
          <Button type="submit" look="primary" busy={entering.isPending}>
            {title}
          </Button>
        </form>
        <p className="text-sm text-soft">
          {other.lead}{' '}
          <Link to={other.to} search={(search) => search} className="font-medium text-accent underline">
            {other.text}
          </Link>
        </p>
      </div>
    </main>
  )
}

export const SignInPage = () => <Entry kind="signIn" />
export const RegisterPage = () => <Entry kind="register" />
