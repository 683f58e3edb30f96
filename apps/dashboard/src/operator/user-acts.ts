import type { ManagedUser } from '@micro/contracts'

interface Act {
  /** Before their email, as a question. */
  readonly title: string
  readonly verb: string
  readonly look: 'danger' | 'primary'
  readonly means: string
  readonly body: { readonly disabled?: boolean; readonly operator?: boolean }
}

/** What an operator can do to a user, and what that means to them. */
export const userActs = {
  disable: {
    title: 'Disable',
    verb: 'Disable',
    look: 'danger',
    means: 'Their sessions end at once, and their keys stop working in both modes. Nothing is deleted.',
    body: { disabled: true },
  },
  enable: {
    title: 'Enable',
    verb: 'Enable',
    look: 'primary',
    means: 'They can sign in again, and the keys they had work again.',
    body: { disabled: false },
  },
  promote: {
    title: 'Make an operator of',
    verb: 'Make an operator',
    look: 'danger',
    means: 'They can do all that you can here: disable users, read the audit log of everybody, make operators.',
    body: { operator: true },
  },
  demote: {
    title: 'No longer an operator:',
    verb: 'Remove as operator',
    look: 'danger',
    means: 'They keep their account, and lose these pages.',
    body: { operator: false },
  },
} as const satisfies Record<string, Act>
export type UserAct = keyof typeof userActs

/** What can be done to a user. `me`: the id of whoever asks, who cannot disable themselves. */
export const actsFor = (
  { id, operator, disabled }: Pick<ManagedUser, 'id' | 'operator' | 'disabled'>,
  me: string,
): UserAct[] => [
  ...(disabled !== null ? (['enable'] as const) : id === me ? [] : (['disable'] as const)),
  operator ? 'demote' : 'promote',
]
