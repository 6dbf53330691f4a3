import { failure, type Failure } from '../../../preload/contract/failures'
import type { SignIn } from '../../../preload/contract/sites'
import { timestamp, type Clock } from '../../kernel/clock'
import type { Outcome } from '../../kernel/outcome'
import { fail, succeed } from '../../kernel/outcome'
import { askAws, type Aws } from '../../platform/aws'
import { listeners } from '../../platform/streams/latest'
import type { OidcClient, OidcPeople, OidcSignIn } from './adapters/oidc'

export interface SignInPorts {
  clock: Clock
  aws: Aws
  oidc: OidcPeople
  /** The OpenID client that an identity belongs to, from a kubeconfig or an added site. */
  oidcClient(identity: string): OidcClient | undefined
}
interface Running {
  signIn: SignIn
  life: AbortController
  started: Promise<Outcome<void>>
}

/** Sign-ins that wait for a person: at most one for each identity, begun only by a click. */
export class SignIns {
  readonly #ports: SignInPorts
  readonly #changes = listeners()
  readonly #done = new Set<(identity: string) => void>()
  readonly #running = new Map<string, Running>()
  constructor(ports: SignInPorts) {
    this.#ports = ports
  }
  onChange(listener: () => void) {
    return this.#changes.add(listener)
  }
  /** Calls back with an identity that has just signed in. */
  onDone(listener: (identity: string) => void) {
    this.#done.add(listener)
  }
  all(): SignIn[] {
    return [...this.#running.values()].map(({ signIn }) => signIn)
  }

  /** Begins, or joins what is under way; answers as soon as a person can do their part. */
  async begin(identity: string, how: 'device' | 'browser'): Promise<Outcome<SignIn>> {
    const under = this.#running.get(identity)
    const open = under && (under.signIn.state === 'starting' || under.signIn.state === 'waiting')
    if (open && (under.signIn.how === how || under.signIn.kind === 'aws-sso'))
      return this.#joined(identity, under)
    under?.life.abort(new Error('another sign-in began'))
    const aws = identity.startsWith('aws-sso ')
    const signIn: SignIn = {
      identity,
      kind: aws ? 'aws-sso' : 'oidc',
      how: aws ? 'device' : how,
      state: 'starting',
    }
    const life = new AbortController()
    const running: Running = { signIn, life, started: this.#start(signIn, life) }
    this.#running.set(identity, running)
    this.#changes.tell()
    return this.#joined(identity, running)
  }
  async #joined(identity: string, running: Running): Promise<Outcome<SignIn>> {
    const started = await running.started
    return started.ok ? succeed(this.#running.get(identity)?.signIn ?? running.signIn) : started
  }
  cancel(identity: string) {
    const running = this.#running.get(identity)
    if (!running) return
    running.life.abort(new Error('the sign-in was given up'))
    this.#tell({ ...running.signIn, state: 'cancelled' }, running.life)
  }
  close() {
    for (const { life } of this.#running.values()) life.abort(new Error('the core closes'))
  }

  async #start(signIn: SignIn, life: AbortController): Promise<Outcome<void>> {
    // The listing of this sign-in is set after this call began, so it starts with the next turn.
    await Promise.resolve()
    try {
      const begun = await this.#begun(signIn, life.signal)
      if (!begun.ok) {
        this.#tell({ ...signIn, state: 'failed', failure: begun.failure }, life)
        return begun
      }
      const { address, code, expiresAt, done } = begun.value
      const waiting: SignIn = {
        ...signIn,
        state: 'waiting',
        address,
        ...(code !== undefined && { code }),
        expiresAt: timestamp(expiresAt),
      }
      this.#tell(waiting, life)
      void this.#finish(waiting, done, life)
      return succeed(undefined)
    } catch (error) {
      return fail(this.#over(signIn, error, life))
    }
  }
  async #begun(signIn: SignIn, signal: AbortSignal): Promise<Outcome<OidcSignIn>> {
    const { aws, oidc, oidcClient } = this.#ports
    if (signIn.kind === 'oidc') {
      const client = oidcClient(signIn.identity)
      return client
        ? oidc.signIn(client, signIn.how, signal)
        : fail(failure('NOT_FOUND', { kind: 'identity', name: signIn.identity }))
    }
    await aws.profiles.list()
    const session = aws.profiles.session(signIn.identity)
    if (!session) return fail(failure('NOT_FOUND', { kind: 'identity', name: signIn.identity }))
    return askAws(
      () => aws.profiles.signIn(session, signal),
      { profile: session.name, region: session.region, service: 'SSO', action: 'sign in' },
      signal,
    )
  }
  async #finish(signIn: SignIn, done: Promise<Outcome<void>>, life: AbortController) {
    try {
      const ended = await done
      if (ended.ok) {
        const session = this.#ports.aws.profiles.session(signIn.identity)
        if (session) this.#ports.aws.forget(session)
      }
      const { address: _address, code: _code, ...known } = signIn
      this.#tell(
        ended.ok
          ? { ...known, state: 'done' }
          : { ...known, state: 'failed', failure: ended.failure },
        life,
      )
      if (ended.ok) for (const listener of this.#done) listener(signIn.identity)
    } catch (error) {
      this.#over(signIn, error, life)
    }
  }
  #over(signIn: SignIn, error: unknown, life: AbortController): Failure {
    const ended = failure('ISSUER_FAILED', {
      issuer: signIn.identity,
      error: life.signal.aborted ? 'cancelled' : 'unexpected',
      says: error instanceof Error ? error.message : String(error),
    })
    if (!life.signal.aborted) this.#tell({ ...signIn, state: 'failed', failure: ended }, life)
    return ended
  }
  #tell(signIn: SignIn, life: AbortController) {
    const running = this.#running.get(signIn.identity)
    // One that was replaced meanwhile has nothing more to tell.
    if (running?.life !== life) return
    running.signIn = signIn
    this.#changes.tell()
  }
}
