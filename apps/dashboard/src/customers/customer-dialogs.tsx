import type { Customer } from '@micro/contracts'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { AskDialog } from '../act/ask-dialog.tsx'
import { useAct } from '../act/use-act.ts'
import { Field } from '../ui/field.tsx'
import { createCustomer, deleteCustomer, updateCustomer } from './customers.data.ts'

interface Details {
  readonly name: string
  readonly email: string
  readonly phone: string
  readonly description: string
}

const Fields = ({ details, onChange }: { details: Details; onChange: (details: Details) => void }) => {
  const field = (name: keyof Details) => ({
    name,
    value: details[name],
    onChange: ({ target }: { target: HTMLInputElement }) => onChange({ ...details, [name]: target.value }),
  })
  return (
    <>
      <Field label="Name" autoFocus maxLength={256} {...field('name')} />
      <Field label="Email" type="email" maxLength={512} {...field('email')} />
      <Field label="Phone" type="tel" maxLength={20} {...field('phone')} />
      <Field
        label="Description"
        maxLength={5000}
        hint="For yourself: the customer never sees it."
        {...field('description')}
      />
    </>
  )
}

const given = (details: Details) => Object.fromEntries(Object.entries(details).filter(([, value]) => value !== ''))

export const CreateCustomer = ({ onClose }: { onClose: () => void }) => {
  const navigate = useNavigate()
  const [details, setDetails] = useState<Details>({ name: '', email: '', phone: '', description: '' })
  const body = given(details)
  const doing = useAct(
    JSON.stringify(body),
    (act) => createCustomer(act, body),
    ({ id }) => void navigate({ to: '/customers/$id', params: { id } }),
  )
  return (
    <AskDialog
      title={`New ${doing.mode} customer`}
      verb="Create customer"
      ready={Object.keys(body).length > 0}
      {...{ doing, onClose }}
    >
      <Fields {...{ details }} onChange={setDetails} />
    </AskDialog>
  )
}

interface Asked {
  readonly customer: Customer
  readonly onClose: () => void
}

const EditCustomer = ({ customer, onClose }: Asked) => {
  const { id, name, email, phone, description } = customer
  const [details, setDetails] = useState<Details>({
    name: name ?? '',
    email: email ?? '',
    phone: phone ?? '',
    description: description ?? '',
  })
  // What was emptied is taken away: an empty text says so to the API.
  const doing = useAct(JSON.stringify(details), (act) => updateCustomer(act, id, details), onClose)
  return (
    <AskDialog title="Change this customer" verb="Save" {...{ doing, onClose }}>
      <Fields {...{ details }} onChange={setDetails} />
    </AskDialog>
  )
}

const DeleteCustomer = ({ customer: { id, name, email }, onClose }: Asked) => {
  const doing = useAct('delete', ({ mode }) => deleteCustomer(mode, id), onClose)
  return (
    <AskDialog title="Delete this customer?" verb="Delete customer" look="danger" {...{ doing, onClose }}>
      <p>
        What is known of {name ?? email ?? id} goes, and their cards can be charged no more. Their payments stay. This
        cannot be taken back.
      </p>
    </AskDialog>
  )
}

/** What can be asked to be done with a customer. */
export const customerDialogs = { edit: EditCustomer, delete: DeleteCustomer } as const
