// The index is fetched when somebody first means to search, and of it only what the words need.
const site = new URL('../', import.meta.url)
const input = document.querySelector('.search input')
const results = document.querySelector('#results')
const shownMax = 8

let loading
const load = () =>
  (loading ??= import(new URL('pagefind/pagefind.js', site).href).then(async (pagefind) => {
    await pagefind.options({ baseUrl: site.pathname, excerptLength: 18 })
    return pagefind
  }))

const element = (name, properties) => Object.assign(document.createElement(name), properties)

// Pagefind marks the words it found in otherwise escaped text; only the marks are taken over.
const excerptOf = (marked) => {
  const parsed = new DOMParser().parseFromString(marked, 'text/html').body
  const excerpt = element('span', { className: 'excerpt' })
  for (const node of parsed.childNodes)
    excerpt.append(
      node.nodeName === 'MARK' ? element('mark', { textContent: node.textContent }) : (node.textContent ?? ''),
    )
  return excerpt
}

const show = (found) => {
  const list = element('ul', {})
  for (const { url, meta, excerpt, sub_results: parts } of found) {
    const part = parts.find((candidate) => candidate.url !== url && candidate.title !== meta.title)
    const best = part ?? { url, title: meta.title, excerpt }
    const link = element('a', { href: best.url })
    link.append(
      element('b', { textContent: part ? `${meta.title} › ${part.title}` : meta.title }),
      excerptOf(best.excerpt),
    )
    const item = element('li', {})
    item.append(link)
    list.append(item)
  }
  results.replaceChildren(found.length === 0 ? element('p', { textContent: 'Nothing found.' }) : list)
  results.hidden = false
}

const search = async () => {
  // A single letter is the beginning of too many words.
  const words = input.value.replace(/(^|\s)\w(?=\s)/g, ' ').trim()
  if (words === '') {
    results.hidden = true
    return
  }
  const pagefind = await load()
  const answer = await pagefind.debouncedSearch(words, {}, 120)
  // Null: more was typed meanwhile, and another search is under way.
  if (answer !== null) show(await Promise.all(answer.results.slice(0, shownMax).map((result) => result.data())))
}

input.addEventListener('focus', () => void load())
input.addEventListener('input', () => void search())
document.addEventListener('click', ({ target }) => {
  if (!target.closest('.search')) results.hidden = true
})
document.addEventListener('keydown', (event) => {
  const isTyping = /^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement?.nodeName ?? '')
  if (event.key === '/' && !isTyping) {
    event.preventDefault()
    input.focus()
  }
  if (event.key === 'Escape') results.hidden = true
  if (event.key === 'Enter' && document.activeElement === input) results.querySelector('a')?.click()
})
