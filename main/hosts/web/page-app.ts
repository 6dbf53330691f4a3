import { randomBytes } from 'node:crypto'
import type { HttpBindings } from '@hono/node-server'
import { Hono, type Context, type MiddlewareHandler } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { SESSION_WIRE, SignInRequest, type SignInAnswer } from '../../../preload/contract/sessions'
import { clientName, type Sessions } from '../../capabilities/sessions'
import { timestamp } from '../../kernel/clock'
import { csp } from '../csp'
import { withNonce, type loadPage } from '../page-files'
import type { Bound } from './bound'

const HEADERS = {
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'x-frame-options': 'DENY',
}
const MOST_SIGN_IN_BYTES = 4096
type Env = { Bindings: HttpBindings }
export interface PageAppParts {
  sessions: Sessions
  page: Awaited<ReturnType<typeof loadPage>>
  bound: () => Bound
}

/** The page's files, which need no session, and the two doors at which a one-time token is exchanged for one. */
export function pageApp({ sessions, page, bound }: PageAppParts) {
  const app = new Hono<Env>()
  app.use(guard(bound))
  const small = bodyLimit({
    maxSize: MOST_SIGN_IN_BYTES,
    onError: (context) => context.text('Refused.', 413),
  })
  // The page's own door.
  app.post(SESSION_WIRE.signInPath, small, async (context) => {
    if (context.req.header('origin') !== bound().origin) return context.text('Refused.', 403)
    const asked = SignInRequest.safeParse(await context.req.json().catch(() => undefined))
    if (!asked.success) return context.text('Refused.', 400)
    const answer = await sessions.signIn(asked.data.token, nameOf(context))
    if (answer.ok) return context.json({ session: answer.session } satisfies SignInAnswer)
    const { why, usedAt } = answer
    return context.json(
      {
        why,
        ...(usedAt !== undefined && { usedAt: timestamp(usedAt) }),
      } satisfies SignInAnswer,
      401,
    )
  })
  app.get(SESSION_WIRE.signInPath, (context) => {
    const session = /^Bearer (\S+)$/.exec(context.req.header('authorization') ?? '')?.[1]
    return context.body(null, sessions.idOf(session) === undefined ? 401 : 204)
  })
  const show = (context: Context<Env>, status: 200 | 401, session?: string) => {
    const file = page(context.req.path)
    if (!file) return context.text('There is no such page.', 404)
    const nonce = randomBytes(16).toString('base64url')
    return context.body(withNonce(file, nonce, session), status, {
      'content-type': file.type,
      'content-security-policy': csp(nonce, "'self'"),
    })
  }
  // The door of the private file, which no site can have written: the only request that may come from no origin.
  app.post('/', small, async (context) => {
    if (context.req.header('origin') !== 'null') return context.text('Refused.', 403)
    const { token } = await context.req.parseBody()
    const answer = await sessions.signIn(typeof token === 'string' ? token : '', nameOf(context))
    return answer.ok ? show(context, 200, answer.session) : show(context, 401)
  })
  // An address is only looked at here: whatever fetches it ahead of a person must not spend it.
  app.get('*', (context) => {
    const token = context.req.query('token')
    return show(context, token !== undefined && sessions.refusalOf(token) ? 401 : 200)
  })
  return app
}
const nameOf = (context: Context<Env>) => clientName(context.req.header('user-agent'))

const guard =
  (bound: () => Bound): MiddlewareHandler =>
  async (context, next) => {
    for (const [name, value] of Object.entries(HEADERS)) context.header(name, value)
    // A foreign Host means that a name was pointed at this machine (DNS rebinding).
    const isMine = context.req.header('host') === bound().authority
    const isKnown = context.req.method === 'GET' || context.req.method === 'POST'
    return isMine && isKnown ? next() : context.text('Refused.', 403)
  }
