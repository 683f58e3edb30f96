import { currencies } from '@micro/kernel/money'

const first = ['usd', 'eur', 'gbp', 'jpy', 'kwd'] as const

/** Every currency, those that show the most first. */
export const currencyChoice: readonly string[] = [
  ...first,
  ...[...currencies].filter((each) => !first.some((one) => one === each)),
]
