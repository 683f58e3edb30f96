import type { Price, Product } from '@micro/contracts'
import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { useMode } from '../mode/mode.ts'
import { Answered } from '../ui/answered.tsx'
import { Back } from '../ui/back.tsx'
import { Badge } from '../ui/badge.tsx'
import { Button } from '../ui/button.tsx'
import { Card, Facts } from '../ui/card.tsx'
import { Identifier } from '../ui/copy.tsx'
import { MetadataCard } from '../ui/metadata.tsx'
import { Time } from '../ui/time.tsx'
import { Prices } from './prices.tsx'
import { productDialogs } from './product-dialogs.tsx'
import { oneProduct } from './products.data.ts'

const factsOf = ({ id, description, created, updated }: Product) =>
  [
    ['Id', <Identifier key="id" {...{ id }} />],
    ['Description', description ?? '—'],
    ['Created', <Time key="created" at={created} />],
    ['Changed', <Time key="changed" at={updated} />],
    [
      'Events',
      <Link key="events" to="/events" search={{ related: id }} className="font-medium text-accent underline">
        All that was told of it
      </Link>,
    ],
  ] as const

const Told = ({ product, prices }: { product: Product; prices: readonly Price[] }) => {
  const [asked, setAsked] = useState<keyof typeof productDialogs>()
  const Asking = asked && productDialogs[asked]
  return (
    <>
      <div className="flex flex-wrap items-center gap-3">
        <h1 className="min-w-0 text-2xl font-semibold break-words">{product.name}</h1>
        <Badge tone={product.active ? 'good' : 'calm'}>{product.active ? 'Sold' : 'Archived'}</Badge>
        <div className="ml-auto flex flex-wrap gap-2">
          <Button onClick={() => setAsked('edit')}>Change</Button>
          <Button onClick={() => setAsked('archive')}>{product.active ? 'Archive' : 'Restore'}</Button>
        </div>
      </div>
      <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
        <Prices {...{ product, prices }} onAdd={() => setAsked('price')} />
        <div className="grid min-w-0 gap-4">
          <Card title="Product">
            <Facts facts={factsOf(product)} />
          </Card>
          <MetadataCard of={product} />
        </div>
      </div>
      {Asking && <Asking {...{ product }} onClose={() => setAsked(undefined)} />}
    </>
  )
}

/** /dashboard/products/:id */
export const ProductPage = () => {
  const mode = useMode()
  const { id } = useParams({ from: '/inside/products/$id' })
  const product = useQuery(oneProduct(mode, id))
  return (
    <div className="grid gap-4">
      <title>{`${product.data?.product.name ?? id} · ${mode} · Micro`}</title>
      <Back to="/products">Products</Back>
      <Answered asked={product} label="the product" rows={9}>
        {(told) => <Told {...told} />}
      </Answered>
    </div>
  )
}
