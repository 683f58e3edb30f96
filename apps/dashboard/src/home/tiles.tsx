import type { Balance } from '@micro/contracts'
import type { ReactNode } from 'react'
import { Card } from '../ui/card.tsx'
import { moneyText } from '../ui/money.ts'
import { successText, type CurrencyFigures } from './figures.ts'

const Tile = ({ name, children, note }: { name: string; children: ReactNode; note: string }) => (
  <Card>
    <h2 className="text-sm text-soft">{name}</h2>
    <p className="text-xl font-semibold break-words tabular-nums">{children}</p>
    <p className="text-sm text-soft">{note}</p>
  </Card>
)

const ownedIn = (amounts: Balance['available'] | undefined, currency: string): string => {
  if (amounts === undefined) return '—'
  return moneyText(amounts.find((each) => each.currency === currency)?.amount ?? 0, currency)
}

/** What a period came to in one currency, and what the merchant has of it now. */
export const Tiles = ({ figures, owned }: { figures: CurrencyFigures; owned: Balance | undefined }) => {
  const { currency, volume, refunds, disputes, fees, net, paid, failed } = figures
  const text = (amount: number): string => moneyText(amount, currency)
  return (
    <div className="grid grid-cols-2 gap-3 sm:gap-4 lg:grid-cols-3">
      <Tile name="Volume" note={`${text(net)} left after refunds, disputes and fees`}>
        {text(volume)}
      </Tile>
      <Tile name="Refunds" note={disputes === 0 ? 'no disputes' : `and ${text(disputes)} by disputes`}>
        {text(refunds)}
      </Tile>
      <Tile name="Fees" note="kept of it">
        {text(fees)}
      </Tile>
      <Tile name="Success rate" note={`${paid} paid, ${failed} declined`}>
        {successText({ paid, failed }) ?? '—'}
      </Tile>
      <Tile name="Balance, available" note="now, for payouts">
        {ownedIn(owned?.available, currency)}
      </Tile>
      <Tile name="Balance, pending" note="now, not available yet">
        {ownedIn(owned?.pending, currency)}
      </Tile>
    </div>
  )
}
