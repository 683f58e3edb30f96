import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useMode } from '../mode/mode.ts'
import { Answered } from '../ui/answered.tsx'
import { Button } from '../ui/button.tsx'
import { Card } from '../ui/card.tsx'
import { Nothing } from '../ui/nothing.tsx'
import { Paging } from '../ui/paging.tsx'
import { Table, type Column } from '../ui/table.tsx'
import { Time } from '../ui/time.tsx'
import { CreateProduct } from './product-dialogs.tsx'
import { priceText } from './product-filters.ts'
import { productsPage, type Priced } from './products.data.ts'

const columns: readonly Column<Priced>[] = [
  {
    name: 'Product',
    cut: true,
    of: ({ id, name }) => (
      <Link to="/products/$id" params={{ id }} className="font-medium text-accent hover:underline">
        {name}
      </Link>
    ),
  },
  { name: 'Price', right: true, of: ({ default_price: price }) => (price === null ? '—' : priceText(price)) },
  { name: 'Description', from: 'lg', cut: true, of: ({ description }) => description ?? '—' },
  { name: 'Id', from: 'xl', of: ({ id }) => <code className="font-mono text-sm">{id}</code> },
  { name: 'Created', from: 'sm', of: ({ created }) => <Time at={created} as="brief" /> },
]

const Which = ({ archived }: { archived: boolean }) => (
  <nav aria-label="Which products" className="flex gap-1 rounded-md bg-sunken p-0.5 text-sm">
    {[false, true].map((each) => (
      <Link
        key={String(each)}
        to="/products"
        search={each ? { archived: true } : {}}
        activeOptions={{ exact: false, includeSearch: false }}
        aria-current={each === archived ? 'true' : undefined}
        className={`rounded px-2.5 py-1 font-medium ${each === archived ? 'bg-card text-ink shadow-sm' : 'text-soft hover:text-ink'}`}
      >
        {each ? 'Archived' : 'Sold'}
      </Link>
    ))}
  </nav>
)

/** /dashboard/products */
export const ProductsPage = () => {
  const mode = useMode()
  const { new: open, ...filters } = useSearch({ from: '/inside/products' })
  const navigate = useNavigate()
  const page = useQuery({ ...productsPage(mode, filters), placeholderData: keepPreviousData })
  const show = (isOpen: boolean) =>
    void navigate({ to: '/products', search: isOpen ? { ...filters, new: true } : filters })
  const { after, ...newest } = filters
  return (
    <div className="grid gap-4">
      <title>{`Products · ${mode} · Micro`}</title>
      <div className="flex flex-wrap items-center justify-between gap-2">
        <h1 className="text-2xl font-semibold">Products</h1>
        <div className="flex flex-wrap items-center gap-2">
          <Which archived={filters.archived === true} />
          <Button look="primary" onClick={() => show(true)}>
            New {mode} product
          </Button>
        </div>
      </div>
      <Card flush>
        <Answered asked={page} label="products" rows={8}>
          {({ data, has_more }) => (
            <>
              {data.length === 0 ? (
                <Nothing filtered={Object.keys(filters).length > 0} all="/products" what="product">
                  <p>No {mode} product yet. A product has prices, and a price has a checkout page to be sent to.</p>
                  <Button look="primary" onClick={() => show(true)}>
                    Create a product
                  </Button>
                </Nothing>
              ) : (
                <Table caption="Products, newest first" {...{ columns }} rows={data} />
              )}
              <Paging
                newest={after === undefined ? undefined : { to: '/products', search: newest }}
                older={has_more ? { to: '/products', search: { ...newest, after: data.at(-1)?.id ?? '' } } : undefined}
              />
            </>
          )}
        </Answered>
      </Card>
      {open === true && <CreateProduct onClose={() => show(false)} />}
    </div>
  )
}
