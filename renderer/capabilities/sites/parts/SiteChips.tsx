import { Menu } from '@mantine/core'
import { useState } from 'react'
import type { SiteState } from '../../../../preload/contract/sites'
import { hrefOf, navigate, setQuery, useAction, useAddress, useNow } from '../../../client'
import { PlaceGlyph, Sign } from '../../../design'
import { useSites } from '../store'
import { useSiteActions } from '../site-actions'
import {
  chipLook,
  chipSays,
  isOnline,
  needsConsent,
  signInFor,
  speedSays,
  whyNotHome,
} from '../view-model'
import { words } from '../words'
import { PlantPersonTag } from './PlantPersonTag'

/** One chip per site with its state and age, and the tag of simulated ones. */
export function SiteChips() {
  const sites = useSites()
  const now = useNow(1000)
  const plant = sites.find(({ simulated }) => simulated)
  return (
    <>
      {sites
        .filter(({ state, home }) => state !== 'idle' || home)
        .map((site) => (
          <SiteChip key={site.id} site={site} now={now} />
        ))}
      {plant && <SimulatedTag speed={plant.speed} />}
      {plant && <PlantPersonTag user={plant.user} />}
    </>
  )
}

function SiteChip({ site, now }: { site: SiteState; now: number }) {
  const [opened, setOpened] = useState(false)
  const scope = useAddress().query.get('site')
  const says = chipSays(site, now)
  return (
    <Menu opened={opened} onChange={setOpened} position="bottom-start" width={260}>
      <Menu.Target>
        <button
          type="button"
          className={`site-chip ${chipLook(site, scope)}`}
          aria-label={`${site.name}, ${says}${site.unchecked ? `, ${words.unchecked}` : ''}: ${words.siteMenu(site.name)}`}
          onContextMenu={(event) => {
            event.preventDefault()
            setOpened(true)
          }}
        >
          <PlaceGlyph place={site.place} silent />
          <b>{site.name}</b>
          <span className="meta">{says}</span>
          {site.unchecked && <Sign sign="warning" />}
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        <SiteMenu site={site} scoped={scope === site.id} />
      </Menu.Dropdown>
    </Menu>
  )
}
function SiteMenu({ site, scoped }: { site: SiteState; scoped: boolean }) {
  const { connect, disconnect, makeHome, trouble } = useSiteActions(site)
  const signIn = trouble && signInFor(trouble, site)
  const scope = () => {
    navigate(hrefOf(['map']))
    setQuery({ site: scoped ? undefined : site.id })
  }
  return (
    <>
      {site.unchecked && <Menu.Label>{words.uncheckedSays}</Menu.Label>}
      {trouble && (
        <Menu.Label>
          {trouble.says} {trouble.remedy}
        </Menu.Label>
      )}
      {needsConsent(trouble) && (
        <Menu.Item onClick={() => navigate(hrefOf(['connect'], { context: site.id }))}>
          {words.lookAtCommand}
        </Menu.Item>
      )}
      {signIn && (
        <Menu.Item
          onClick={() =>
            navigate(hrefOf(['connect'], { 'sign-in': signIn.identity, site: site.id }))
          }
        >
          {words.signIn}
        </Menu.Item>
      )}
      <Menu.Item onClick={scope}>{scoped ? words.allSites : words.onlyThis}</Menu.Item>
      <Menu.Item onClick={() => navigate(hrefOf(['settings'], { site: site.id }))}>
        {words.details}
      </Menu.Item>
      {!whyNotHome(site) && (
        <Menu.Item onClick={() => void makeHome.act()}>{words.makeHome}</Menu.Item>
      )}
      <Menu.Item onClick={() => void connect.act()}>
        {isOnline(site) ? words.again : words.connect}
      </Menu.Item>
      {isOnline(site) && (
        <Menu.Item onClick={() => void disconnect.act()}>{words.disconnect}</Menu.Item>
      )}
    </>
  )
}

function SimulatedTag({ speed }: { speed: number | undefined }) {
  const set = useAction((client, next: number) => client.sites.setPlantSpeed({ speed: next }))
  return (
    <Menu position="bottom-start" width={180}>
      <Menu.Target>
        <button
          type="button"
          className="simulated-tag"
          aria-label={`${words.simulated(speedSays(speed))}. ${words.simulatedMeans}`}
        >
          {words.simulated(speedSays(speed))}
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{set.trouble?.says ?? words.simulatedMeans}</Menu.Label>
        {Object.entries(words.speeds).map(([value, says]) => (
          <Menu.Item
            key={value}
            onClick={() => void set.act(Number(value))}
            aria-current={Number(value) === speed}
          >
            {says}
            {Number(value) === speed ? ' ✓' : ''}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}
