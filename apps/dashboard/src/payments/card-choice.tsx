import { testCards } from './test-cards.ts'

/** A choice of the simulator's cards, each with what comes of it. */
export const CardChoice = ({ chosen, onChoose }: { chosen: string; onChoose: (method: string) => void }) => (
  <fieldset className="grid gap-1">
    <legend className="mb-1 text-sm font-medium">Test card: each shows something else</legend>
    {testCards.map(({ method, name, explains }) => (
      <label
        key={method}
        className="flex cursor-pointer gap-2 rounded-md border border-line px-3 py-1.5 has-checked:border-accent has-checked:bg-accent-wash"
      >
        <input type="radio" name="card" checked={chosen === method} onChange={() => onChoose(method)} />
        <span>
          <span className="font-medium">{name}.</span> <span className="text-soft">{explains}</span>
        </span>
      </label>
    ))}
  </fieldset>
)
