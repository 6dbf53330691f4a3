/** As much of the provider as the tests use; the package brings no types. */
declare module 'oidc-provider' {
  import type { IncomingMessage, ServerResponse } from 'node:http'

  interface Interaction {
    uid: string
    params: Record<string, unknown>
    prompt: { name: string }
    grantId?: string
  }
  interface GrantModel {
    addOIDCScope(scope: string): void
    save(): Promise<string>
  }
  interface RequestContext {
    path: string
    method: string
    status: number
    body: unknown
  }
  export type Configuration = Record<string, unknown> & {
    interactions?: { url(context: unknown, interaction: Interaction): string }
  }
  export default class Provider {
    constructor(issuer: string, configuration: Configuration)
    callback(): (request: IncomingMessage, response: ServerResponse) => void
    interactionDetails(request: IncomingMessage, response: ServerResponse): Promise<Interaction>
    interactionFinished(
      request: IncomingMessage,
      response: ServerResponse,
      result: unknown,
      options?: { mergeWithLastSubmission?: boolean },
    ): Promise<void>
    use(middleware: (context: RequestContext, next: () => Promise<void>) => Promise<void>): void
    proxy: boolean
    readonly Grant: {
      new (of: { accountId: string; clientId: string }): GrantModel
      find(id: string): Promise<GrantModel | undefined>
    }
  }
}
