export interface Command {
  readonly name: string
  readonly run: () => void
}

/** The commands that hold every word that was typed, in their order. */
export const matching = (commands: readonly Command[], typed: string): Command[] => {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean)
  return commands.filter(({ name }) => words.every((word) => name.toLowerCase().includes(word)))
}

/** What has a page of its own, by how its ids begin. */
const pages = {
  pi: { name: 'payment', to: '/payments/$id' },
  ltx: { name: 'ledger transaction', to: '/ledger/transactions/$id' },
  evt: { name: 'event', to: '/events/$id' },
  we: { name: 'webhook endpoint', to: '/webhooks/$id' },
  req: { name: 'request', to: '/requests/$id' },
  dlv: { name: 'delivery', to: '/deliveries/$id' },
  cus: { name: 'customer', to: '/customers/$id' },
  dp: { name: 'dispute', to: '/disputes/$id' },
  po: { name: 'payout', to: '/payouts/$id' },
  prod: { name: 'product', to: '/products/$id' },
} as const

/** The page of the thing whose id was typed or pasted. */
export const pageIn = (typed: string) => {
  const [id, prefix] = /\b(pi|ltx|evt|we|req|dlv|cus|dp|po|prod)_\w{4,}/.exec(typed) ?? []
  return id === undefined ? undefined : { id, ...pages[prefix as keyof typeof pages] }
}
