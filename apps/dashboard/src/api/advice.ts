import { Refusal } from './call.ts'

export interface Advice {
  readonly title: string
  /** What can be done about it. */
  readonly remedy: string
  readonly again: boolean
}

const byCode: Readonly<Record<string, Advice>> = {
  unreachable: {
    title: 'Micro cannot be reached',
    remedy: 'See whether it still runs (micro status), start it with micro up, then try again.',
    again: true,
  },
  login_invalid: {
    title: 'This email and password do not belong together',
    remedy: 'Check both, or register if you have no account here yet.',
    again: false,
  },
  cookie_twice: {
    title: 'Your browser holds two sessions of this address',
    remedy: 'Delete the cookies of this address in your browser, then sign in again.',
    again: false,
  },
  email_taken: {
    title: 'This email has an account already',
    remedy: 'Sign in with it, or register with another one.',
    again: false,
  },
  registration_closed: {
    title: 'Registration is closed here',
    remedy: 'Ask an operator of this installation for an invitation, and enter it.',
    again: false,
  },
  invitation_invalid: {
    title: 'This invitation does not fit',
    remedy: 'It is for one email and works once, within 7 days: check both, or ask for a new one.',
    again: false,
  },
  processor_not_configured: {
    title: 'Live mode has no processor yet',
    remedy: 'Whoever runs this installation sets one up: see docs/guides/processors.md. Test mode works without.',
    again: false,
  },
  resource_missing: {
    title: 'There is nothing under this id',
    remedy: 'It may belong to the other mode: look at the switch at the top.',
    again: false,
  },
  operator_required: {
    title: 'This is for operators of the installation',
    remedy: 'Ask one of them to make you one, then sign in again.',
    again: false,
  },
  live_requires_tls: {
    title: 'This takes a connection that nobody can overhear',
    remedy: 'Open this address by https, or use a browser on the machine that Micro runs on.',
    again: false,
  },
  signed_in_as_another: {
    title: 'Somebody else signed in at this browser meanwhile',
    remedy: 'Load the page again: it then shows as whom you are signed in now.',
    again: false,
  },
  verification_code_wrong: {
    title: 'Your terminal shows other words',
    remedy: 'Copy them from there. If it shows none, somebody else asks: refuse.',
    again: false,
  },
  operator_last: {
    title: 'This is the last operator who can sign in',
    remedy: 'Make somebody else an operator first.',
    again: false,
  },
  verification_running: {
    title: 'This ledger is being verified already',
    remedy: 'Wait until that verification has ended, then try again.',
    again: true,
  },
  checkpoint_invalid: {
    title: 'This is no checkpoint of this ledger',
    remedy: 'Paste the whole of what was copied, and look at the switch at the top: each mode has a ledger of its own.',
    again: false,
  },
  account_reserved: {
    title: 'Micro keeps this account',
    remedy: 'What payments move is posted there by Micro alone: name accounts of your own.',
    again: false,
  },
  account_frozen: {
    title: 'An account in it is frozen',
    remedy: 'Make it active again (micro ledger accounts update), then send this again.',
    again: false,
  },
  insufficient_funds: {
    title: 'An account in it has too little',
    remedy: 'Take less, or lower what the account has to keep available.',
    again: false,
  },
  reference_conflict: {
    title: 'This reference is taken by another transaction',
    remedy: 'Give this one a reference of its own.',
    again: false,
  },
  transaction_already_reversed: {
    title: 'This transaction was reversed already',
    remedy: 'Load the page again: it names its reversal.',
    again: false,
  },
  hold_expired: {
    title: 'This hold has expired',
    remedy: 'What was held went back by itself: make another hold.',
    again: false,
  },
  report_too_large: {
    title: 'This is too much to add up at once',
    remedy: 'Choose a shorter period.',
    again: false,
  },
  event_gone: {
    title: 'This event is no longer kept',
    remedy: 'What it told of is still there: look it up by its own id.',
    again: false,
  },
  balance_insufficient: {
    title: 'There is not that much to pay out',
    remedy: 'Pay out less, or wait until what is pending is available.',
    again: false,
  },
  payout_unexpected_state: {
    title: 'This payout can be canceled no more',
    remedy: 'Load the page again: it was sent to the bank, or has ended.',
    again: false,
  },
  dispute_unexpected_state: {
    title: 'This dispute is closed to you',
    remedy: 'Load the page again: evidence was handed in, or its time has passed.',
    again: false,
  },
  evidence_too_large: {
    title: 'This is more evidence than can be sent',
    remedy: 'Shorten it to what counts most, then keep it again.',
    again: false,
  },
  url_invalid: {
    title: 'Nothing can be sent to this URL',
    remedy: 'Give one that Micro can reach, and whose address it may send to.',
    again: false,
  },
  webhook_endpoints_too_many: {
    title: 'There are as many endpoints as there may be',
    remedy: 'Delete one you no longer use, then create this one again.',
    again: false,
  },
  webhook_endpoint_disabled: {
    title: 'This endpoint is disabled',
    remedy: 'Enable it on its page, then send again.',
    again: false,
  },
}

const byStatus = (status: number, retryAfter: number | undefined): Advice => {
  if (status === 429)
    return {
      title: 'Too many requests at once',
      remedy: `Wait ${retryAfter === undefined ? 'a moment' : `${retryAfter} s`}, then try again.`,
      again: true,
    }
  if (status === 401) return { title: 'You are signed out', remedy: 'Load the page again, and sign in.', again: false }
  if (status === 403)
    return {
      title: 'This is not allowed to you',
      remedy: 'Ask the owner of this account, or sign in as another.',
      again: false,
    }
  if (status >= 500)
    return { title: 'Micro could not do this right now', remedy: 'Try again; nothing is done twice.', again: true }
  return { title: 'Micro refused this', remedy: 'Change what it names below, then send it again.', again: false }
}

/** What to tell a person of an error: what it means, and what to do. */
export const adviceFor = (error: unknown): Advice =>
  error instanceof Refusal
    ? (byCode[error.code] ?? byStatus(error.status, error.retryAfter))
    : { title: 'The dashboard failed', remedy: 'Load the page again. If it stays so, open an issue.', again: true }
