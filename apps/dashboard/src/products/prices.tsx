import type { Price, Product } from '@micro/contracts'
import { useState } from 'react'
import { AskDialog } from '../act/ask-dialog.tsx'
import { useAct } from '../act/use-act.ts'
import { Badge } from '../ui/badge.tsx'
import { Button, buttonClass } from '../ui/button.tsx'
import { Card } from '../ui/card.tsx'
import { CopyButton } from '../ui/copy.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { Problem } from '../ui/problem.tsx'
import { Time } from '../ui/time.tsx'
import { priceText } from './product-filters.ts'
import { createCheckout, updatePrice, updateProduct } from './products.data.ts'

const Checkout = ({ url, mode, onClose }: { url: string; mode: string; onClose: () => void }) => (
  <Dialog title={`A ${mode} checkout page is ready`} onClose={onClose} wide>
    <p>
      {mode === 'test'
        ? 'Pay there with 4242 4242 4242 4242, any future date and any security code. What comes of it shows under Payments.'
        : 'Whoever opens it pays with real money.'}
    </p>
    <p className="flex items-center gap-2 rounded-md bg-sunken px-3 py-2">
      <code className="min-w-0 grow font-mono text-sm break-all">{url}</code>
      <CopyButton text={url} what="the address of the checkout page" />
    </p>
    <div className="flex justify-end gap-2">
      <Button onClick={onClose}>Back</Button>
      <a href={url} target="_blank" rel="noreferrer" className={buttonClass('primary')}>
        Open it in a new tab
      </a>
    </div>
  </Dialog>
)

/** Whether a page to be opened is one: a processor may name it. */
const isPage = (url: string | null): url is string => url !== null && /^https?:\/\//.test(url)

const CheckoutButton = ({ price, product }: { price: string; product: string }) => {
  const [url, setUrl] = useState<string>()
  // Each press makes a page of its own: one that was paid is of no use a second time.
  const [count, setCount] = useState(0)
  const { act, busy, error, mode } = useAct(
    `${price} ${count}`,
    (sent) => createCheckout(sent, { price, product }),
    ({ url: made }) => {
      setCount(count + 1)
      if (isPage(made)) setUrl(made)
    },
  )
  return (
    <>
      <Button onClick={act} {...{ busy }}>
        {mode === 'test' ? 'Test checkout' : 'Checkout page'}
      </Button>
      {error !== null && (
        <div className="basis-full">
          <Problem {...{ error }} onAgain={act} />
        </div>
      )}
      {url !== undefined && <Checkout {...{ url, mode }} onClose={() => setUrl(undefined)} />}
    </>
  )
}

interface Asked {
  readonly price: Price
  readonly onClose: () => void
}

const Archive = ({ price: { id, active, ...price }, onClose }: Asked) => {
  const doing = useAct(`active ${active}`, (act) => updatePrice(act, id, { active: !active }), onClose)
  return active ? (
    <AskDialog title="Archive this price?" verb="Archive" {...{ doing, onClose }}>
      <p>Nothing can be bought for {priceText(price)} any more, until you restore it.</p>
    </AskDialog>
  ) : (
    <AskDialog title="Restore this price?" verb="Restore" {...{ doing, onClose }}>
      <p>The product can be bought for {priceText(price)} again.</p>
    </AskDialog>
  )
}

const MakeDefault = ({ price: { id, product, ...price }, onClose }: Asked) => {
  const doing = useAct(id, (act) => updateProduct(act, String(product), { default_price: id }), onClose)
  return (
    <AskDialog title="Make this the default price?" verb="Make default" {...{ doing, onClose }}>
      <p>The product is shown at {priceText(price)} from now on. The other prices stay as they are.</p>
    </AskDialog>
  )
}

const dialogs = { archive: Archive, makeDefault: MakeDefault } as const

const Row = ({ price, product }: { price: Price; product: Product }) => {
  const [asked, setAsked] = useState<keyof typeof dialogs>()
  const Asking = asked && dialogs[asked]
  const { id, active, nickname, created } = price
  const isDefault = product.default_price === id
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 border-t border-line px-4 py-2.5 first:border-0">
      <div className="min-w-0 grow basis-56">
        <p className="flex flex-wrap items-center gap-2 font-medium tabular-nums">
          {priceText(price)}
          {isDefault && <Badge tone="accent">Default</Badge>}
          {!active && <Badge tone="calm">Archived</Badge>}
        </p>
        <p className="text-sm break-words text-soft">
          {nickname !== null && `${nickname} · `}
          <code className="font-mono">{id}</code> · <Time at={created} as="brief" />
        </p>
      </div>
      <div className="flex flex-wrap gap-2">
        {active && product.active && <CheckoutButton price={id} product={product.id} />}
        {active && !isDefault && <Button onClick={() => setAsked('makeDefault')}>Make default</Button>}
        {!isDefault && <Button onClick={() => setAsked('archive')}>{active ? 'Archive' : 'Restore'}</Button>}
      </div>
      {Asking && <Asking {...{ price }} onClose={() => setAsked(undefined)} />}
    </li>
  )
}

/** What a product costs, each price with what can be done with it. */
export const Prices = ({
  product,
  prices,
  onAdd,
}: {
  product: Product
  prices: readonly Price[]
  onAdd: () => void
}) => (
  <Card title="Prices" flush aside={<Button onClick={onAdd}>New price</Button>}>
    {prices.length === 0 ? (
      <p className="px-4 pt-1 pb-4 text-soft">None yet. Without a price nobody can buy it.</p>
    ) : (
      <ul aria-label="Prices, newest first">
        {prices.map((price) => (
          <Row key={price.id} {...{ price, product }} />
        ))}
      </ul>
    )}
  </Card>
)
