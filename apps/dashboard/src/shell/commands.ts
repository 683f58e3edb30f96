export interface Command {
  readonly name: string
  readonly run: () => void
}

/** The commands that hold every word that was typed, in their order. */
export const matching = (commands: readonly Command[], typed: string): Command[] => {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean)
  return commands.filter(({ name }) => words.every((word) => name.toLowerCase().includes(word)))
}

/** The id of a ledger transaction that was typed or pasted. */
export const ledgerTransactionIn = (typed: string): string | undefined => /\bltx_\w{4,}/.exec(typed)?.[0]

/** The id of a payment that was typed or pasted. */
export const paymentIn = (typed: string): string | undefined => /\bpi_\w{4,}/.exec(typed)?.[0]
