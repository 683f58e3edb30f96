import { html, HtmlPage, styleSheet, type Html } from '@micro/service'
import type { PairingRow } from './pairing.ts'

const style = styleSheet(`
:root { color-scheme: light dark; --text: light-dark(#16191f, #eceef2); --line: light-dark(#d9dde4, #363b45);
  --accent: light-dark(#2f55d4, #7f9dff); --on-accent: light-dark(#ffffff, #0c1020); --wrong: light-dark(#b3261e, #ff9d94); }
* { box-sizing: border-box; }
body { margin: 0; color: var(--text); background: light-dark(#f5f6f8, #14161a);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
main { max-width: 30rem; margin: 3rem auto; padding: 1.75rem; border: 1px solid var(--line); border-radius: 0.9rem;
  background: light-dark(#ffffff, #1d2026); }
h1 { margin: 0 0 1rem; font-size: 1.3rem; }
code { display: block; margin: 0.5rem 0 1.25rem; padding: 0.75rem; border: 1px solid var(--line); border-radius: 0.5rem;
  font: 600 1.1rem/1.4 ui-monospace, monospace; text-align: center; overflow-wrap: anywhere; }
label { display: block; margin: 1rem 0 0.3rem; font-weight: 550; }
input, button { width: 100%; padding: 0.7rem; border: 1px solid var(--line); border-radius: 0.5rem; font: inherit;
  color: inherit; background: transparent; }
button { margin-top: 1.25rem; border: 0; background: var(--accent); color: var(--on-accent); font-weight: 600; }
input:focus-visible, button:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.wrong { color: var(--wrong); }
`)

const frame = (title: string, body: Html): Html =>
  html`<html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="robots" content="noindex" />
      <title>${title}</title>
      ${style.tag}
    </head>
    <body>
      <main>
        <h1>${title}</h1>
        ${body}
      </main>
    </body>
  </html>`

const texts = {
  key: {
    wants: "wants to use Stripe's command line with your account. It gets a secret key for test mode.",
    got: 'The key it got is in the list of your API keys, where you can revoke it.',
  },
  session: {
    wants:
      "wants to use Micro's command line as you. It gets a login of its own and can do all that you can, live mode included.",
    got: 'Its login is in the list of your sessions, where you can end it; "micro logout" there does so, too.',
  },
} as const satisfies Record<PairingRow['gives'], object>

/** Asks whoever reads it to compare the words and to log in. */
export const pairingPage = (
  pairing: PairingRow,
  { wrong, email = '', status = 200, clientIp }: { wrong?: string; email?: string; status?: number; clientIp: string },
): HtmlPage => {
  const device = pairing.device_name === '' ? 'A device' : `A device that calls itself “${pairing.device_name}”`
  const from = pairing.client_ip === null ? '' : ` (${pairing.client_ip})`
  return HtmlPage.show(
    frame(
      'Let a command line in?',
      html`<p>${device}${from} ${texts[pairing.gives].wants}</p>
        <p>Go on only if your own terminal shows these words:</p>
        <code>${pairing.verification_code}</code>
        ${
          pairing.client_ip === null || pairing.client_ip === clientIp
            ? html``
            : html`<p class="wrong">
                It asks from another address than you (${clientIp}). Did somebody send you here? Then close this page:
                whoever did would get in as you.
              </p>`
        }
        ${wrong === undefined ? html`` : html`<p class="wrong" role="alert">${wrong}</p>`}
        <form method="post">
          <label for="email">Email</label>
          <input id="email" name="email" type="email" value="${email}" autocomplete="username" required />
          <label for="password">Password</label>
          <input id="password" name="password" type="password" autocomplete="current-password" required />
          <button>Log in and let it in</button>
        </form>`,
    ),
    { style, status },
  )
}

export const pairedPage = ({ gives }: Pick<PairingRow, 'gives'>): HtmlPage =>
  HtmlPage.show(
    frame(
      'It is let in',
      html`<p>Your terminal goes on by itself. You can close this page.</p>
        <p>${texts[gives].got}</p>`,
    ),
    { style },
  )
