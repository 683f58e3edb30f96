import { typeGroups, type TypeGroup } from '../events/event-types.ts'
import { covers, isSubscribed, toggled, type Subscription } from './subscription.ts'

interface Chosen {
  readonly chosen: Subscription
  readonly onChoose: (chosen: Subscription) => void
}

const Box = ({ filter, text = filter, chosen, onChoose }: Chosen & { filter: string; text?: string }) => (
  <label className="flex min-w-0 cursor-pointer items-baseline gap-2">
    <input
      type="checkbox"
      checked={isSubscribed(chosen, filter)}
      // What a wider one asks for cannot be left out of it.
      disabled={chosen.some((each) => covers(each, filter))}
      onChange={() => onChoose(toggled(chosen, filter))}
    />
    <span className="min-w-0 break-words">{text}</span>
  </label>
)

const Group = ({ group: { filter, types }, ...rest }: Chosen & { group: TypeGroup }) => {
  const single = types.filter((type) => rest.chosen.includes(type)).length
  return (
    <li className="grid gap-1 border-t border-line px-3 py-1.5">
      <Box {...{ filter, ...rest }} />
      {types.length > 1 && (
        <details className="pl-6 text-sm">
          <summary className="text-soft">
            Some of its {types.length} types{single > 0 ? `: ${single}` : ''}
            <span className="sr-only"> of {filter}</span>
          </summary>
          <div className="grid gap-1 py-1">
            {types.map((type) => (
              <Box key={type} filter={type} {...rest} />
            ))}
          </div>
        </details>
      )}
    </li>
  )
}

/** Which events an endpoint is sent: all, all of an object, or single types. */
export const EventChoice = (props: Chosen) => (
  <fieldset className="grid gap-1">
    <legend className="mb-1 text-sm font-medium">Events</legend>
    <Box filter="*" text="All of them but the ledger’s" {...props} />
    {/* What is said to screen readers alone is placed within it, and does not lengthen the dialog. */}
    <ul className="relative max-h-64 overflow-y-auto rounded-md border border-line [&>li:first-child]:border-0">
      {typeGroups.map((group) => (
        <Group key={group.filter} {...{ group, ...props }} />
      ))}
    </ul>
    {props.chosen.length === 0 && <p className="text-sm text-bad">Choose one at least.</p>}
  </fieldset>
)
