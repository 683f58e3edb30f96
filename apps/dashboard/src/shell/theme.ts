import { useEffect, useState } from 'react'

export const themes = ['system', 'light', 'dark'] as const
export type Theme = (typeof themes)[number]

const place = 'micro.theme'

/** What was chosen on this device. */
const keptTheme = (): Theme => themes.find((theme) => theme === localStorage.getItem(place)) ?? 'system'

/** Wears the theme: without one of its own the page follows the system. */
export const wear = (theme: Theme = keptTheme()): void => {
  if (theme === 'system') delete document.documentElement.dataset['theme']
  else document.documentElement.dataset['theme'] = theme
}

export const useTheme = (): readonly [Theme, (theme: Theme) => void] => {
  const [theme, setTheme] = useState(keptTheme)
  useEffect(() => {
    localStorage.setItem(place, theme)
    wear(theme)
  }, [theme])
  return [theme, setTheme]
}
