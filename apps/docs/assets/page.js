// Runs before the page is drawn, so that a chosen theme is there from its first moment.
;(() => {
  const themes = ['system', 'light', 'dark']
  const root = document.documentElement
  const stored = () => {
    try {
      return localStorage.getItem('micro-docs-theme') ?? 'system'
    } catch {
      return 'system'
    }
  }
  /** @param {string} theme */
  const apply = (theme) => {
    if (theme === 'system') delete root.dataset.theme
    else root.dataset.theme = theme
  }
  apply(stored())

  const offerThemes = () => {
    const button = document.querySelector('button.theme')
    let theme = stored()
    const name = () => {
      button.textContent = `Theme: ${theme}`
    }
    button.addEventListener('click', () => {
      theme = themes[(themes.indexOf(theme) + 1) % themes.length] ?? 'system'
      apply(theme)
      name()
      try {
        localStorage.setItem('micro-docs-theme', theme)
      } catch {
        // A browser that keeps nothing: the theme lasts as long as the page.
      }
    })
    name()
    button.hidden = false
  }

  const offerCopies = () => {
    for (const block of document.querySelectorAll('main .code')) {
      const button = document.createElement('button')
      button.type = 'button'
      button.className = 'copy'
      button.textContent = 'Copy'
      button.addEventListener('click', () => {
        const copied = navigator.clipboard.writeText(block.querySelector('code')?.textContent ?? '')
        copied.then(
          () => (button.textContent = 'Copied'),
          () => (button.textContent = 'Not allowed'),
        )
      })
      block.append(button)
    }
  }

  document.addEventListener('DOMContentLoaded', () => {
    offerThemes()
    // Only where the browser lets a page write to it: over https, or on this machine.
    if (navigator.clipboard) offerCopies()
    // `auto` would scroll the whole page with it.
    const here = document.querySelector('.parts [aria-current]')
    const parts = document.querySelector('.parts')
    if (here && parts) parts.scrollTop = here.offsetTop - parts.clientHeight / 2
  })
})()
