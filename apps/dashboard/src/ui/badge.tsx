import type { ReactNode } from 'react'

const tones = {
  good: 'bg-good-wash text-good',
  bad: 'bg-bad-wash text-bad',
  warn: 'bg-warn-wash text-warn',
  calm: 'bg-sunken text-soft',
  accent: 'bg-accent-wash text-accent',
} as const
export type Tone = keyof typeof tones

/** A state in a word or two; the colour only repeats what the word says. */
export const Badge = ({ tone, children }: { tone: Tone; children: ReactNode }) => (
  <span className={`inline-block rounded-md px-2 py-0.5 text-sm font-medium whitespace-nowrap ${tones[tone]}`}>
    {children}
  </span>
)
