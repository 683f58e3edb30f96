import { formatMoney } from '@micro/kernel'
import { html, HtmlPage, type Html } from '@micro/service'
import { pageFrame } from '../pages/page-frame.ts'
import { pageStyle } from '../pages/page.style.ts'

/** What the holder of a card is asked to agree to. */
export interface Asked {
  /** In minor units; none where a card is only set up. */
  readonly amount: bigint | undefined
  readonly currency: string | undefined
  /** Who asks, and for what, in the merchant's words. */
  readonly description: string | null
  /** Where they come back to. */
  readonly returnUrl: string | null
}

const frame = (title: string, body: Html): Html =>
  pageFrame(
    title,
    html`<main class="narrow">
      <section>
        <h1>${title}</h1>
        ${body}
      </section>
    </main>`,
  )

const originsOf = (url: string | null): string[] => (url === null ? [] : [new URL(url).origin])

/** A page of plain HTML: nothing of it runs, so it works wherever a form does. */
export const authenticationPage = ({ amount, currency = '', description, returnUrl }: Asked): HtmlPage =>
  HtmlPage.show(
    frame(
      'Test of 3-D Secure',
      html`<p class="total">${amount === undefined ? 'Set up a card' : formatMoney(amount, currency)}</p>
        <p>${description ?? ''}</p>
        <p class="test">This is test mode: no bank is asked, and no money moves.</p>
        <form method="post">
          <button type="submit" name="action" value="complete">Complete authentication</button>
          <button type="submit" name="action" value="fail" class="other">Fail authentication</button>
        </form>`,
    ),
    { formOrigins: originsOf(returnUrl), style: pageStyle },
  )

/** Back to the shop, which is told what it was about; without a return_url there is nowhere to go. */
export const leadBack = (returnUrl: string | null, told: Readonly<Record<string, string>>): HtmlPage => {
  if (returnUrl === null)
    return HtmlPage.show(frame('Done', html`<p>You may close this window.</p>`), { style: pageStyle })
  const url = new URL(returnUrl)
  for (const [name, value] of Object.entries(told)) url.searchParams.set(name, value)
  return HtmlPage.goTo(url.href)
}
