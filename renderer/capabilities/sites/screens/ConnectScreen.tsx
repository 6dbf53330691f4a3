import type { ReactNode } from 'react'
import { setQuery, useAddress } from '../../../client'
import { LinkButton, PageHead, Segmented } from '../../../design'
import { EksDoor } from '../parts/EksDoor'
import { KubeconfigDoor } from '../parts/KubeconfigDoor'
import { OidcDoor } from '../parts/OidcDoor'
import { SignInPanel } from '../parts/SignInPanel'
import { words } from '../words'
import '../sites.css'

type Door = 'kubeconfig' | 'eks' | 'oidc'
const DOORS = (Object.keys(words.doors) as Door[]).map((value) => ({
  value,
  says: words.doors[value],
}))
const doorOf = (named: string | null): Door =>
  named === 'eks' || named === 'oidc' ? named : 'kubeconfig'

/** Three doors to a cluster: a kubeconfig, an AWS account, an OpenID issuer. A sign-in that waits for a person opens in front of them. */
export function ConnectScreen() {
  const { query } = useAddress()
  const door = doorOf(query.get('door'))
  const identity = query.get('sign-in')
  const site = query.get('site') ?? undefined
  const doors: Record<Door, ReactNode> = {
    kubeconfig: <KubeconfigDoor />,
    eks: <EksDoor />,
    oidc: <OidcDoor />,
  }
  return (
    <div className="screen">
      <PageHead
        title={words.connectTitle}
        actions={
          <LinkButton href="#/map" look="quiet">
            {words.back}
          </LinkButton>
        }
      >
        {identity === null && (
          <Segmented
            label={words.doorsMean}
            value={door}
            options={DOORS}
            onChange={(next) => setQuery({ door: next, context: undefined })}
          />
        )}
      </PageHead>
      {identity === null ? (
        doors[door]
      ) : (
        <div className="screen-body sign-in-body">
          <SignInPanel
            key={identity}
            identity={identity}
            site={site}
            onClose={() => setQuery({ 'sign-in': undefined })}
          />
        </div>
      )}
    </div>
  )
}
