// The index is fetched when somebody first means to search, and of it only what the words need.
const site = new URL('../', import.meta.url)
const input = document.querySelector('.search input')
const results = document.querySelector('#results')
const shownMax = 8
// So many are looked at for one that is named so.
const readMax = 24

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

const wordsOf = (text) =>
  text
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '')

// Who types the name of a command or an error means that one, however often others speak of it.
const named = (title, words) => {
  const own = wordsOf(title)
  if (own.join(' ') === words.join(' ')) return 2
  return words.every((word) => own.some((each) => each.startsWith(word))) ? 1 : 0
}

const weightOf = ({ weighted_locations: found = [] }) => found.reduce((sum, { balanced_score: each }) => sum + each, 0)

/** The part of a page that is meant most likely; the page itself where its own name is meant. */
const bestOf = ({ url, meta, excerpt, sub_results: parts }, words) => {
  const page = { url, title: meta.title, excerpt, named: named(meta.title, words) }
  const [part] = parts
    .filter((candidate) => candidate.url !== url && candidate.title !== meta.title)
    .map((candidate) => ({ ...candidate, named: named(candidate.title, words), weight: weightOf(candidate) }))
    .sort((a, b) => b.named - a.named || b.weight - a.weight)
  if (part === undefined || page.named > part.named) return page
  return { ...part, title: `${meta.title} › ${part.title}` }
}

const show = (found) => {
  const list = element('ul', {})
  for (const { url, title, excerpt } of found) {
    const link = element('a', { href: url })
    link.append(element('b', { textContent: title }), excerptOf(excerpt))
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
  if (answer === null) return
  const pages = await Promise.all(answer.results.slice(0, readMax).map((result) => result.data()))
  const best = pages.map((page) => bestOf(page, wordsOf(words))).sort((a, b) => b.named - a.named)
  show(best.slice(0, shownMax))
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
