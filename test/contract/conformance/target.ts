/** Who asks. A user is known by name and groups, however the server in question is told so. */
export type Identity = 'admin' | 'anonymous' | 'badToken' | { user: string; groups: string[] }

export interface RawAnswer {
  status: number
  headers: Record<string, string | string[] | undefined>
  text: string
}
export interface RawRequest {
  method: string
  path: string
  headers?: Record<string, string>
  body?: string
}

/** A server that claims to speak the Kubernetes API, reached by nothing but HTTP. */
export interface Target {
  request(identity: Identity, request: RawRequest): Promise<RawAnswer>
  /** A watch's lines as they arrive. */
  lines(
    identity: Identity,
    path: string,
    options: { signal: AbortSignal; headers?: Record<string, string> },
  ): AsyncIterable<string>
  /** Drops the history of changes up to now, as every server does sooner or later. */
  forget(): Promise<void>
}

export type Json = null | boolean | number | string | Json[] | { [field: string]: Json | undefined }

/** One question to a server. What it answers is compared with what a real API server answered, kept in `truth/`. */
export interface Case {
  /** Says what a real server does, oddities included. */
  name: string
  run: (session: Session) => Promise<unknown>
}
export interface Group {
  name: string
  cases: Case[]
}

export interface Answer {
  status: number
  headers: Record<string, string | string[] | undefined>
  /** Parsed if it is JSON, else the text itself. */
  body: Json
}
export interface Event {
  type: string
  object: Json
}
export interface Options {
  headers?: Record<string, string>
  as?: Identity
}

export interface Watching {
  enough: (events: Event[]) => boolean
  /** Begun together with the watch. */
  action?: () => Promise<unknown>
  headers?: Record<string, string>
}

const parse = (text: string): Json => {
  try {
    return JSON.parse(text) as Json
  } catch {
    return text
  }
}

const patchTypes = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml',
}

/** What a case speaks through: its own namespace, and verbs that never throw on a refusal. */
export class Session {
  constructor(
    readonly target: Target,
    /** Unique for the case and the same on every server. */
    readonly namespace: string,
    /** Seconds to wait for what controllers do. */
    readonly patience: number,
  ) {}

  async send(
    method: string,
    path: string,
    options: Options & { body?: Json | string } = {},
  ): Promise<Answer> {
    const { headers, as = 'admin', body } = options
    const isText = typeof body === 'string'
    const answer = await this.target.request(as, {
      method,
      path,
      headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
      ...(body !== undefined && { body: isText ? body : JSON.stringify(body) }),
    })
    return { status: answer.status, headers: answer.headers, body: parse(answer.text) }
  }

  forget(): Promise<void> {
    return this.target.forget()
  }

  /** The path of a core resource, or of an object of it, in the case's namespace. */
  core(resource: string): string {
    return `/api/v1/namespaces/${this.namespace}/${resource}`
  }

  /** The same for a named group, as in `in('apps/v1', 'deployments/x')`. */
  in(group: string, resource: string): string {
    return `/apis/${group}/namespaces/${this.namespace}/${resource}`
  }

  get(path: string, options: Options = {}): Promise<Answer> {
    return this.send('GET', path, options)
  }

  post(path: string, body: Json | string, options: Options = {}): Promise<Answer> {
    return this.send('POST', path, { ...options, body })
  }

  put(path: string, body: Json | string, options: Options = {}): Promise<Answer> {
    return this.send('PUT', path, { ...options, body })
  }

  delete(path: string, body?: Json, options: Options = {}): Promise<Answer> {
    return this.send('DELETE', path, { ...options, ...(body !== undefined && { body }) })
  }

  patch(kind: keyof typeof patchTypes, path: string, body: Json | string): Promise<Answer> {
    return this.send('PATCH', path, { body, headers: { 'content-type': patchTypes[kind] } })
  }

  /** Server-side apply as a field manager. */
  apply(path: string, manager: string, body: Json): Promise<Answer> {
    return this.patch(
      'apply',
      `${path}${path.includes('?') ? '&' : '?'}fieldManager=${manager}`,
      body,
    )
  }

  async makeNamespace(name = this.namespace): Promise<void> {
    const { status } = await this.post('/api/v1/namespaces', {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name },
    })
    if (status !== 201) throw new Error(`namespace ${name} could not be made: ${status}`)
  }

  /** Watches while the action runs, until enough has been seen or the server ends the stream. */
  async watch(path: string, options: Watching): Promise<Event[]> {
    const stop = new AbortController()
    const timer = setTimeout(() => stop.abort(), this.patience * 1000)
    const events: Event[] = []
    const acting = options.action?.()
    try {
      for await (const line of this.target.lines('admin', path, {
        signal: stop.signal,
        ...(options.headers && { headers: options.headers }),
      })) {
        events.push(JSON.parse(line) as unknown as Event)
        if (options.enough(events)) break
      }
    } catch (error) {
      if (!stop.signal.aborted) throw error
    } finally {
      clearTimeout(timer)
      stop.abort()
      await acting
    }
    return events
  }

  /** Asks again and again until the answer is as wanted; answers the last one either way. */
  async until(path: string, isWanted: (answer: Answer) => boolean): Promise<Answer> {
    const deadline = performance.now() + this.patience * 1000
    for (;;) {
      const answer = await this.get(path)
      if (isWanted(answer) || performance.now() > deadline) return answer
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
}
