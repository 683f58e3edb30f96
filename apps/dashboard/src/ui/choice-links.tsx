import { Link, type LinkProps } from '@tanstack/react-router'
import { periods, periodTexts, type Period } from './period.ts'

interface Choice {
  readonly text: string
  readonly isChosen: boolean
  readonly link: LinkProps
}

/** A choice of few that stands in the address: a link for each. */
export const ChoiceLinks = ({ label, choices }: { label: string; choices: readonly Choice[] }) => (
  <nav aria-label={label} className="flex flex-wrap gap-0.5 rounded-lg border border-line bg-card p-0.5">
    {choices.map(({ text, isChosen, link }) => (
      <Link
        key={text}
        {...link}
        aria-label={isChosen ? `${text}, chosen` : text}
        className={`rounded-md px-2.5 py-1 text-sm font-medium ${isChosen ? 'bg-accent-wash text-accent' : 'text-soft hover:bg-sunken hover:text-ink'}`}
      >
        {text}
      </Link>
    ))}
  </nav>
)

/** Which period is looked at. */
export const PeriodLinks = ({ period, linkTo }: { period: Period; linkTo: (period: Period) => LinkProps }) => (
  <ChoiceLinks
    label="Period"
    choices={periods.map((each) => ({ text: periodTexts[each], isChosen: each === period, link: linkTo(each) }))}
  />
)

/** Which currency is looked at; nothing to choose where there is one alone. */
export const CurrencyLinks = ({
  currency,
  currencies,
  linkTo,
}: {
  currency: string
  currencies: readonly string[]
  linkTo: (currency: string) => LinkProps
}) =>
  currencies.length < 2 ? null : (
    <ChoiceLinks
      label="Currency"
      choices={currencies.map((each) => ({
        text: each.toUpperCase(),
        isChosen: each === currency,
        link: linkTo(each),
      }))}
    />
  )
