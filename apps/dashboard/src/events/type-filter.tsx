import { useNavigate } from '@tanstack/react-router'
import { Choice } from '../ui/field.tsx'
import type { EventFilters } from './event-filters.ts'
import { eventTypes, typeGroups } from './event-types.ts'

const known: readonly string[] = [...eventTypes, ...typeGroups.map(({ filter }) => filter)]

/** Which events are listed; it stands in the address, so that a list can be kept and sent. */
export const TypeFilter = ({ filters: { type, ...rest } }: { filters: EventFilters }) => {
  const navigate = useNavigate()
  const choose = (chosen: string): void =>
    void navigate({ to: '/events', search: chosen === '' ? rest : { ...rest, type: chosen } })
  return (
    <Choice label="Type" value={type ?? ''} onChange={({ target }) => choose(target.value)}>
      <option value="">Any</option>
      {type !== undefined && !known.includes(type) && <option value={type}>{type}</option>}
      {typeGroups.map(({ filter, types }) => (
        <optgroup key={filter} label={filter}>
          <option value={filter}>{filter} (all)</option>
          {types.map((each) => (
            <option key={each} value={each}>
              {each}
            </option>
          ))}
        </optgroup>
      ))}
    </Choice>
  )
}
