import type { Product } from '@micro/contracts'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { AskDialog } from '../act/ask-dialog.tsx'
import { useAct } from '../act/use-act.ts'
import { Field } from '../ui/field.tsx'
import { PriceFields, priceOf } from './price-fields.tsx'
import { createPrice, createProduct, updateProduct } from './products.data.ts'

interface Details {
  readonly name: string
  readonly description: string
}

const Fields = ({ details, onChange }: { details: Details; onChange: (details: Details) => void }) => (
  <>
    <Field
      label="Name"
      name="name"
      required
      autoFocus
      maxLength={250}
      value={details.name}
      hint="The buyer sees it."
      onChange={({ target }) => onChange({ ...details, name: target.value })}
    />
    <Field
      label="Description"
      name="description"
      maxLength={5000}
      value={details.description}
      hint="The buyer sees it, too."
      onChange={({ target }) => onChange({ ...details, description: target.value })}
    />
  </>
)

const isNamed = ({ name }: Details): boolean => name.trim() !== ''

export const CreateProduct = ({ onClose }: { onClose: () => void }) => {
  const navigate = useNavigate()
  const [details, setDetails] = useState<Details>({ name: '', description: '' })
  const [price, setPrice] = useState({ typed: '20.00', currency: 'usd' })
  const unit_amount = priceOf(price)
  const body = {
    name: details.name.trim(),
    ...(details.description === '' ? {} : { description: details.description }),
    default_price_data: { currency: price.currency, unit_amount: unit_amount ?? 0 },
  }
  const doing = useAct(
    JSON.stringify(body),
    (act) => createProduct(act, body),
    ({ id }) => void navigate({ to: '/products/$id', params: { id } }),
  )
  return (
    <AskDialog
      title={`New ${doing.mode} product`}
      verb="Create product"
      ready={isNamed(details) && unit_amount !== undefined}
      {...{ doing, onClose }}
    >
      <Fields {...{ details }} onChange={setDetails} />
      <PriceFields {...{ price }} onChange={setPrice} />
    </AskDialog>
  )
}

interface Asked {
  readonly product: Product
  readonly onClose: () => void
}

const EditProduct = ({ product: { id, name, description }, onClose }: Asked) => {
  const [details, setDetails] = useState<Details>({ name, description: description ?? '' })
  const doing = useAct(JSON.stringify(details), (act) => updateProduct(act, id, details), onClose)
  return (
    <AskDialog title="Change this product" verb="Save" ready={isNamed(details)} {...{ doing, onClose }}>
      <Fields {...{ details }} onChange={setDetails} />
    </AskDialog>
  )
}

const ArchiveProduct = ({ product: { id, name, active }, onClose }: Asked) => {
  const doing = useAct(`active ${active}`, (act) => updateProduct(act, id, { active: !active }), onClose)
  return active ? (
    <AskDialog title="Archive this product?" verb="Archive" {...{ doing, onClose }}>
      <p>{name} can be bought no more, until you restore it. What was paid for it stays as it is.</p>
    </AskDialog>
  ) : (
    <AskDialog title="Restore this product?" verb="Restore" {...{ doing, onClose }}>
      <p>{name} can be bought again, at its active prices.</p>
    </AskDialog>
  )
}

const AddPrice = ({ product: { id }, onClose }: Asked) => {
  const [price, setPrice] = useState({ typed: '20.00', currency: 'usd' })
  const [nickname, setNickname] = useState('')
  const unit_amount = priceOf(price)
  const body = {
    product: id,
    currency: price.currency,
    unit_amount: unit_amount ?? 0,
    ...(nickname === '' ? {} : { nickname }),
  }
  const doing = useAct(JSON.stringify(body), (act) => createPrice(act, body), onClose)
  return (
    <AskDialog title="New price" verb="Create price" ready={unit_amount !== undefined} {...{ doing, onClose }}>
      <p>What a price costs never changes: for another amount make another price, and archive this one.</p>
      <PriceFields {...{ price }} onChange={setPrice} />
      <Field
        label="Name"
        maxLength={250}
        value={nickname}
        hint="For yourself: the buyer never sees it."
        onChange={({ target }) => setNickname(target.value)}
      />
    </AskDialog>
  )
}

/** What can be asked to be done with a product. */
export const productDialogs = { edit: EditProduct, archive: ArchiveProduct, price: AddPrice } as const
