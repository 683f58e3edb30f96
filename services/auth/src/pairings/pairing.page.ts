import { html, HtmlPage, styleSheet, type Html } from '@micro/service'
import type { PairingRow } from './pairing.ts'

// In the dashboard's clothes: where there is one, and the way to it is safe, its own page is shown in place of this one.
const style = styleSheet(`
:root { color-scheme: light dark; --ink: light-dark(#151a22, #e8ecf2); --line: light-dark(#dde1e8, #2b333f);
  --strong: light-dark(#c2c9d4, #465161); --accent: light-dark(#4338ca, #a5b0ff); --bad: light-dark(#b42318, #ff9a8f); }
* { box-sizing: border-box; }
body { margin: 0; padding: 1rem; color: var(--ink); background: light-dark(#f6f7f9, #0e1116);
  font: 15px/1.5 system-ui, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", sans-serif; }
main { max-width: 28rem; margin: 2rem auto; padding: 1.5rem; border: 1px solid var(--line); border-radius: 0.75rem;
  background: light-dark(#ffffff, #161b22); }
h1 { margin: 0 0 1rem; font-size: 1.5rem; line-height: 1.3; font-weight: 600; }
h1::before { content: "Micro"; display: block; font-size: 15px; color: var(--accent); }
code { display: block; margin: 0.5rem 0 1.25rem; padding: 0.75rem; border-radius: 0.375rem;
  background: light-dark(#eef0f4, #1d232c); font: 600 1.1rem/1.4 ui-monospace, "Cascadia Code", Menlo, monospace;
  text-align: center; overflow-wrap: anywhere; }
label { display: block; margin: 1rem 0 0.25rem; font-size: 0.875rem; font-weight: 500; }
input, button { width: 100%; min-height: 2.25rem; padding: 0.375rem 0.65rem; border: 1px solid var(--strong);
  border-radius: 0.375rem; font: inherit; color: inherit; background: transparent; }
button { margin-top: 1.25rem; border-color: transparent; background: #4f46e5; color: #ffffff; font-weight: 500; }
input:focus-visible, button:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.wrong { color: var(--bad); }
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
      "wants to use Micro's command line as you. It gets a login of its own and can do all that you can, live mode included, and as an operator if you are one.",
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
